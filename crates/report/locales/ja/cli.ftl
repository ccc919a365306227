# コマンドライン自身の文言。ヒントは次にすることを書く。

cli-error = エラー:
cli-hint = ヒント:
cli-warning = 警告:
cli-note = 注記:

cli-no-evidence = 検査する証拠が指定されていません
cli-hint-no-evidence = 対象のマシンから取り出したファイル、フォルダー、zip を指定してください(`-` は標準入力)。例は `deminer check --help` にあります。対象の Windows マシン上では、証拠を指定しなければそのマシンを読み取ります。プログラムを実行できない場合は、対象のマシンで `wmic /namespace:\\root\subscription path __EventFilter get /format:list > EventFilter.txt` を実行し、同様に `__EventConsumer` を EventConsumer.txt に、`__FilterToConsumerBinding` を FilterToConsumerBinding.txt に書き出してください
cli-nothing-read = 指定された { $count } 件の入力に、検査できる証拠がありません
cli-hint-nothing-read = 証拠とは、wmic、PowerShell、Autoruns が書き出したものです。単独のファイルでも、フォルダーや zip に入っていても読めます
cli-output-is-evidence = `{ $path }` は証拠の一部なので上書きしません
cli-hint-output-is-evidence = 証拠の外にあるファイルを指定するか、先にそのファイルを消してください
cli-output-is-folder = `{ $path }` はフォルダーです。報告書は 1 つのファイルになります
cli-hint-output-is-folder = その中のファイル名を指定してください
cli-cannot-write = `{ $path }` に書き込めません: { $problem }
cli-hint-cannot-write = フォルダーがあること、書き込む権限があること、空き容量があることを確かめてください
cli-cannot-print = 標準出力に書き込めません: { $problem }
cli-cannot-read = `{ $path }` を読めません: { $problem }
cli-io-not-found = そのようなファイルやフォルダーはありません
cli-io-denied = 必要な権限がありません
cli-io-folder = ファイルではなくフォルダーです
cli-io-no-folder = パスの途中がフォルダーではなくファイルです
cli-io-full = 空き容量がありません
cli-io-read-only = ディスクが読み取り専用です
cli-io-in-use = 別のプログラムが使用しています
cli-io-name = ファイル名として使えない名前です
cli-hint-cannot-read = つづりと、読み取る権限があることを確かめてください
cli-hint-did-you-mean = `{ $name }` ではありませんか
cli-no-threads = スレッドを開始できません: { $problem }
cli-hint-no-threads = `--threads` でもっと小さい数を指定してください
cli-data-file = { $problem }
cli-hint-baseline-file = `deminer baseline show` が正しい形式の例を表示し、`deminer baseline learn` がベースラインを作ります
cli-hint-family-file = `deminer families show` が正しい形式の例を表示します
cli-unknown-baseline = `{ $name }` というファイルも組み込みのベースラインもありません
cli-hint-unknown-baseline = 組み込みのものは `deminer baseline show` で一覧できます
cli-unknown-family = `{ $name }` というファミリーは登録されていません
cli-hint-unknown-family = 登録されているものは `deminer families list` で一覧できます
cli-nothing-to-learn = 証拠の中に、学習できるサブスクリプションもクラス名もありません
cli-hint-nothing-to-learn = ベースラインは `deminer check` が読むものと同じ書き出しから作ります
cli-learn-from-infected = { $host } は感染しています (重大度「高」以上の検出が { $count } 件)。このマシンから学習すると、感染の痕跡が以後見逃されます
cli-hint-learn-from-infected = `deminer check` で内容を確認し、クリーンなマシンから学習してください
cli-input-too-large = `{ $path }` は { $limit } バイトを超えているため、デコードしません
cli-hint-input-too-large = スクリプトの部分だけを切り出してください

cli-answer-joined = `{ $name }` のネットワーク経由の応答を、名前によりこのマシンのものとして扱いました
cli-bundle-changed = { $host } の証拠が、読んでいる間に変わりました

cli-surveying = ホストを探しています
cli-checking = ホストを検査しています

cli-baseline-missing = 1 つ目だけにある: { $name }
cli-baseline-added = 2 つ目だけにある: { $name }
cli-baseline-changed = 内容が違う: { $name }
cli-baseline-same = 違いはありません

cli-decode-verdict-benign = 無害: 管理者のスクリプトもすることしかしていません
cli-decode-verdict-suspicious = 疑わしい: 人の目で確かめてください
cli-decode-verdict-malicious = 悪質: 攻撃者しかしないことをするか、することを隠してさらに読み込みます
cli-decode-verdict-miner = マイナー: 採掘するか、マイナーを起動します
cli-decode-traits = すること
cli-decode-indicators = 名前の挙がるもの
cli-decode-notes = 開けなかったもの

cli-baseline-size = エントリ { $entries } 件、クラス名 { $classes } 件
cli-baseline-field = { $field }: { $expected } -> { $found }
cli-family-size = 指標 { $indicators } 件、出典 { $sources } 件

cli-cim-problem = { $problem }
cli-hint-repository = OBJECTS.DATA、INDEX.BTR、MAPPING1.MAP から MAPPING3.MAP までが入ったフォルダーまたはアーカイブを指定してください。通常は `C:\Windows\System32\wbem\Repository` のコピーです
cli-several-repositories = `{ $path }` には { $count } 個のリポジトリがあります: { $names }
cli-hint-several-repositories = そのうちの 1 つを指定してください。例: `{ $name }`
cli-no-such-object = リポジトリに `{ $path }` はありません
cli-hint-no-such-object = 名前空間とクラスは `deminer cim ls` で一覧できます。削除されたものの痕跡は `deminer cim hash` で探せます
cli-object-path = `{ $path }` はクラスやインスタンスのパスではありません: { $problem }
cli-hint-object-path = パスは `root\default:Win32_Services` や `root\subscription:__EventFilter.Name="SCM Event Log Filter"` のように書きます

cli-plan-file = `{ $path }` は使用できる計画ではありません: { $problem }
cli-hint-plan-file = `deminer plan EVIDENCE --output plan.json` で作成できます
cli-several-hosts = 証拠に複数のマシンが含まれていますが、ここでは 1 台だけを対象とします
cli-hint-several-hosts = `--host` でマシンを指定してください。`deminer check --quiet` で一覧を表示できます
cli-unknown-host = 証拠にマシン `{ $name }` は含まれていません
cli-hint-unknown-host = `deminer check --quiet` でマシンの一覧を表示できます
cli-plan-for = { $host } の計画: { $count } 件の操作
cli-plan-refused = 計画に含めなかったもの
cli-script-left-out = 計画のうち { $count } 件の操作は、スクリプトが行わない種類のものです。スクリプトが行うのは WMI のオブジェクトとクラスの削除だけです
cli-verb-contain = 遮断
cli-verb-suspend = 一時停止
cli-verb-disable = 無効化
cli-verb-end = 終了
cli-verb-remove = 削除
cli-verb-reset = 既定値に戻す
cli-verb-restore = 復元
cli-verb-patch = 更新
cli-verb-harden = 強化

cli-not-windows = ここには収集する Windows マシンがありません
cli-hint-not-windows = 対象のマシン上でプログラムを実行するか、書き出した証拠を検査してください: `deminer check PC-1_WMI.zip`
cli-cannot-collect = { $problem }
cli-hint-cannot-collect = 管理者として起動し、空き容量を確認してください
cli-scan-file-relative = パス `{ $path }` は絶対パスではありません。Windows Update には完全なパスが必要です
cli-scan-file-other = `{ $path }` はキャビネット ファイルではないため、Windows Update のスキャン ファイルではありません
cli-hint-scan-file = Microsoft から wsusscn2.cab をダウンロードし (https://go.microsoft.com/fwlink/?LinkID=74689)、ドライブとフォルダーを含めて指定してください: --offline-updates C:\Temp\wsusscn2.cab
cli-scanning = Windows Update がスキャン ファイルでも検索します。何分もかかります。その間だけサービスとして登録され、終わると取り除かれます
cli-collecting = このマシンを収集しています
cli-step-done = { $step }: { $seconds } 秒(ここまでに { $records } 件)
cli-step-processes = プロセスと接続
cli-step-wmi = WMI
cli-step-tasks = タスク スケジューラ
cli-step-services = サービスとドライバー
cli-step-autostarts = Run キーなどの自動起動
cli-step-system = 設定、アカウント、更新プログラム
cli-step-files = 自動的に起動されるプログラム
cli-step-logs = イベント ログ
cli-collected = 証拠は `{ $path }` にあります。`deminer check` で読めます
cli-not-collected = { $count } 件を読み取れませんでした。詳細は報告にあります
cli-not-elevated = 管理者権限がないため、マシンの一部が見えません。「管理者として実行」でコマンド プロンプトを開き、その中で起動してください
