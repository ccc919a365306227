# 検出結果の見出し
title-subscription = WMI サブスクリプション: { $class }「{ $name }」
title-subscription-stock-name = 標準の名前だが内容が異なる: { $class }「{ $name }」
title-subscription-ambiguous = 二通りに読める一覧: { $class }「{ $name }」
title-orphan-filter = バインドされていないイベント フィルター:「{ $name }」
title-orphan-consumer = バインドされていないイベント コンシューマー: { $class }「{ $name }」
title-orphan-timer = どのフィルターからも使われていないタイマー:「{ $name }」
title-orphan-binding = 相手のないバインディング: { $filter } → { $consumer }
title-stock-missing = 標準の項目がない: { $entry }
title-class-store = WMI クラスに格納されたペイロード: { $namespace }:{ $class }
title-class-name = ペイロード格納先として知られる名前の WMI クラス: { $namespace }:{ $class }
title-consumer-class = Windows に付属しないコンシューマー クラス: { $class } (プロバイダー { $provider })
title-autostart = { $kind }:「{ $name }」

place-run = Run の項目
place-task = タスク スケジューラのタスク
place-service = サービス
place-driver = ドライバー
place-other = 自動起動の項目
place-bits = BITS ジョブ

# 理由
reason-not-in-baseline = 正常なマシンには存在しません
reason-stock-differs = 標準の項目「{ $entry }」と同じ名前ですが、{ $field } が「{ $expected }」ではなく「{ $found }」です
reason-stock-class-differs = 標準の項目「{ $entry }」と同じ名前ですが、クラスが { $expected } ではなく { $found } です
reason-baseline-hearsay = 既知の項目「{ $entry }」に似ていますが、その記述は実測されたものではありません。信用する前に確認してください
reason-baseline-file = 「{ $entry }」が無害なのは、スクリプト { $file } が存在しない場合だけです。そのファイルの有無を確認してください
reason-can-run-code = { $class } は SYSTEM の権限でプログラムやスクリプトを起動します
reason-cannot-run-code = { $class } はコードを実行できません
reason-unknown-consumer-class = { $class } は Windows 標準の 5 つのコンシューマー クラスではありません。動作はプロバイダーによって決まります
reason-writes-script = Windows が実行できるファイルを書き込みます: { $file }
reason-trait = { $field }: { $trait }: { $excerpt }
reason-script-file = ディスク上のスクリプトを実行します: { $file }
reason-script-long = スクリプトの長さは { $length } バイトで、先頭だけを調べました
reason-place-unknown = 証拠の中にあり、端末のどこにあったかは分かりません: { $path }
reason-user-writable = 通常プログラムが置かれない場所から実行します: { $path }
reason-query-counter = 繰り返し発生するパフォーマンス カウンターのイベントを待ちます: { $query }
reason-query-timer = タイマーのイベントを待ちます: { $query }
reason-query-process = { $process } の起動を待ちます
reason-kills-security-tool = マシンを調べるツールが起動すると、すぐに終了させます: { $process }
reason-family-content = { $family } の内容として知られています: { $indicator } ({ $source })
reason-family-name = { $family } の名前として知られています: { $indicator } ({ $source })。名前だけでは証拠になりません
reason-ambiguous = この一覧は二通りに読めるため、両方を示します。何かを隠すための文字列の可能性があります。クラス名を含む形式で取得し直してください
reason-namespace = 多くのツールが確認しない { $namespace } にあります
reason-no-binding = バインドされていないため今は動作しませんが、バインディングが作られると再び動作します
reason-no-filter = フィルターがありません: { $reference }
reason-no-consumer = コンシューマーがありません: { $reference }
reason-no-query = 読み取った範囲では、どのフィルターからも使われていません
reason-stock-parts-missing = 正常なマシンには必ずあります。ここにないもの: { $parts }。公開されている削除スクリプトが誤って削除することがあります
reason-store-size = { $property } の既定値が { $size } 文字あります。正常なマシンでは最長でも 134 文字です (しきい値 { $limit })
reason-store-content = { $property } の中身は{ $content }です
reason-store-stock-list = { $class } は、Windows が { $namespace } に持つクラスに含まれません
reason-store-victims = { $property } に、攻撃を受けたマシン { $count } 台のアドレスが記録されています
reason-voluntary-miner = マイナーを隠さずに起動しています。所有者の意図によるものかもしれないので、確認してください
reason-not-signed = 署名が検証されていません: { $path }
reason-consumer-provider = コンシューマー クラス { $class } を登録しています
reason-task-no-descriptor = レジストリにセキュリティ記述子なしで登録されています。タスク スケジューラは実行しますが、誰にも表示しません
reason-service-hidden = セキュリティ記述子によって、管理者にもサービスの一覧に表示されません
reason-task-differs =
    { $place ->
        [registry] タスク スケジューラが実際に使うレジストリには、別の動作が登録されています
        [scheduler] タスク スケジューラの示す動作が、ファイルの内容と異なります
       *[file] ファイルには別の動作が書かれています
    }
reason-task-not-told = レジストリには登録されていますが、タスク スケジューラには表示されません
reason-task-not-listed = レジストリの `Index` が 0 です。タスク スケジューラは実行しますが、一覧には表示しません
reason-task-hidden = タスク スケジューラの画面に表示しないよう設定されています
reason-switched-off = 無効化されています。再び有効にされるまで Windows は起動しません
reason-task-mails = サーバー { $server } を通じて { $addressee } にメールを送信します
reason-task-mails-files = サーバー { $server } を通じて { $addressee } にメールを送信します。添付ファイル: { $files }
reason-task-no-file = レジストリには登録されていますが、ファイルがありません。タスクのフォルダーに現れないまま実行されます

content-executable = 実行可能プログラム
content-script = スクリプト
content-packed = 圧縮または暗号化されたバイナリ データ

# 注記
note-stock-compatible = 「{ $entry }」を標準の項目とみなしました。比較できなかった項目: { $fields }

# 段階
stage-confirm-infected = 感染しています: 重大度「中」以上の検出が { $count } 件
stage-confirm-suspicious = 疑わしい状態です: 人による確認が必要な検出が { $count } 件
stage-confirm-clean = 読み取った範囲には、該当するものはありません
stage-confirm-unknown = 読み取った証拠が不足しています。フィルター、コンシューマー、バインディングの 3 つすべてが必要です
stage-collect-ok = 証拠のマニフェストは検証できました
stage-collect-broken = 証拠がマニフェストと一致しません。収集し直してください
stage-collect-unknown = 証拠にマニフェストがありません。各ファイルの SHA-256 はこの報告書にあります。証拠と一緒に保管してください
stage-compare-differs = 正常なマシンと異なる項目が { $count } 件あります
stage-compare-ok = サブスクリプションは正常なマシンと同じです
stage-compare-unknown = サブスクリプションを完全には読み取れていません
stage-locate-found = コードを起動または格納している場所が { $count } か所見つかりました
stage-locate-ok = サブスクリプション、タスク、サービス、自動起動の項目を読み取りました。マイナーを起動するものはありません
stage-locate-unknown = タスク、サービス、その他の自動起動の項目をすべては読み取れていません
stage-remove-act = 削除または復元すべき項目が { $count } 件あります
stage-remove-ok = 読み取った範囲には、削除すべきものはありません
stage-remove-review = 判断が必要な項目が { $count } 件あります
stage-remove-unknown = 読み取った証拠が不足しています
stage-verify-unknown = 削除の後と再起動の後に、同じ証拠を取得し直して確認してください
stage-prevent-unknown = SMBv1、パスワード、資格情報の保護は読み取れていません
stage-prevent-neighbours = このマシンが攻撃した、またはこのマシンへの侵入を試みた { $count } 台のマシンが証拠に記録されています。それらも確認してください。マイナーが見つかったなら、より悪質なものが潜んでいる可能性もあります

# 読み取れなかったものの取得方法
how-event-filters = 対象のマシンで: wmic /namespace:\\root\subscription path __EventFilter get /format:list > EventFilter.txt、または Get-WmiObject -Namespace root\subscription -Class __EventFilter | Format-List *
how-event-consumers = 対象のマシンで: wmic /namespace:\\root\subscription path __EventConsumer get /format:list > EventConsumer.txt、または Get-WmiObject -Namespace root\subscription -Class __EventConsumer | Format-List *
how-bindings = 対象のマシンで: wmic /namespace:\\root\subscription path __FilterToConsumerBinding get /format:list > FilterToConsumerBinding.txt、または Get-WmiObject -Namespace root\subscription -Class __FilterToConsumerBinding | Format-List *
how-timers = 対象のマシンで deminer collect を実行してください。または Get-WmiObject -Namespace root\subscription -Class __TimerInstruction | Format-List * を root\cimv2 と root\default でも実行するか、C:\Windows\System32\wbem\Repository をコピーしてください
how-other-namespaces = 対象のマシンで deminer collect を実行するか、すべての名前空間を含む C:\Windows\System32\wbem\Repository をコピーしてください。または同じ 3 つの一覧を root\default と root\cimv2 でも取得してください
how-class-stores = 対象のマシンで deminer collect を実行するか、すべてのクラスを含む C:\Windows\System32\wbem\Repository をコピーしてください。または正常なマシンにないクラスごとに: ([WmiClass]'root\default:CLASS').GetText('Mof') > CLASS.mof
how-consumer-classes = 対象のマシンで deminer collect を実行するか、C:\Windows\System32\wbem\Repository をコピーしてください。または: Get-WmiObject -Namespace root\subscription -Class __EventConsumerProviderRegistration | Format-List *
how-tasks = C:\Windows\System32\Tasks と、隠されたタスクもわかる C:\Windows\System32\config\SOFTWARE (ログ ファイルも) をコピーしてください。または対象のマシンで: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-services = C:\Windows\System32\config\SYSTEM (ログ ファイルも) をコピーしてください。または対象のマシンで: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-autostarts = C:\Windows\System32\config\SOFTWARE と各ユーザーの NTUSER.DAT (ログ ファイルも) をコピーしてください。または対象のマシンで: autorunsc64.exe -accepteula -nobanner -a * -c -h -s * > autoruns.csv
how-processes = 対象のマシンで deminer collect を実行してください。実行中のプロセスはディスクからはわかりません
how-connections = 対象のマシンで deminer collect を実行するか、netstat -ano で外部への長時間の接続を確認してください
how-events = C:\Windows\System32\winevt\Logs をコピーしてください。Microsoft-Windows-WMI-Activity/Operational のイベント 5861 にサブスクリプションが記録されます
how-files = C:\Windows と C:\Users を含むディスクのコピーかマウントしたイメージを調べてください。自動起動されるプログラムを読み取ります。または autorunsc64.exe の -h -s でハッシュと署名を出力してください
how-accounts = C:\Windows\System32\config\SAM (ログ ファイルも) をコピーしてください。読み取るのは名前とフラグだけで、パスワードは読み取りません。または net user と net localgroup administrators で確認してください
how-settings = C:\Windows\System32\config\SYSTEM と SOFTWARE (ログ ファイルも)、C:\Windows\System32\drivers\etc\hosts をコピーしてください。または対象のマシンで deminer collect を実行してください
how-patch = 対象のマシンで: systeminfo > systeminfo.txt。加えて、バージョンで判断できる C:\Windows\System32\drivers\srv.sys をコピーしてください
how-hardening = そのマシンで `deminer collect` を実行するか、レジストリ ハイブ SYSTEM、SOFTWARE、SAM とアカウント ポリシー (`secedit /export /cfg policy.inf`) を証拠に加えてください

# イベント ログ
title-defender = Microsoft Defender による検出: { $threat }
title-script-ran = 実行されたスクリプト: { $text }
title-process-ran = 実行されたプロセス: { $text }
title-log-cleared = イベント ログの消去: { $log }
reason-history = イベント ログに記録があります (最初は { $time })。今もあるかどうかは読み取れていません
reason-history-gone = イベント ログに記録があります (最初は { $time })。現在は存在しません
reason-history-present = イベント ログに記録があり (最初は { $time })、現在も存在します
reason-history-removed = イベント ログに記録があり (最初は { $time })、{ $removed } に削除されました ({ $seconds } 秒後)
fate-present = 現在も存在
fate-removed = { $seconds } 秒後の { $time } に削除
fate-gone = 現在は存在しない
fate-unknown = 現在も存在するかは未確認
reason-deleted = リポジトリの削除済みページに残っています。今もあるかどうかは読み取れていません
reason-deleted-gone = リポジトリの削除済みページに残っています。以前は存在しましたが、現在は存在しません
reason-event-count = { $count } 件のイベントに記録されています
reason-defender = Defender は { $threat } と判定しています: { $path }
reason-defender-removed = Defender が { $time } に { $threat } を駆除、検疫または削除しました: { $path }。侵入の原因や、同時に持ち込まれたものが残っている可能性があります
title-lookup = 名前解決: { $name } ({ $process })
title-transfer = BITS によるファイルの取得: { $url }
title-driver-loaded = ドライバーの読み込み: { $path }
title-file-written = ファイルの書き込み: { $path }
title-tampered = 実行中プロセスのイメージの置き換え: { $path }
title-provider-loaded = WMI プロバイダーの読み込み: { $name } ({ $path })
title-value-written = レジストリ値の書き込み: { $value }
title-query = イベント クエリの登録: { $query }
title-guesses = { $from } からのログオン失敗: { $count } 件
title-written-remotely = ネットワーク経由で書き込まれたプログラム: { $file } ({ $from } から)
title-smb1 = このマシンに SMBv1 で接続するマシン: { $count } 台
reason-driver = { $driver } ({ $source }): マイナーがプロセッサのレジスタ設定に使いますが、ハードウェア監視ツールも使います
reason-tampered = Sysmon はこれを { $type } と記録しています。このプログラムの名前で別のコードが動いている可能性があります
reason-query-permanent = 読み取られていないサブスクリプションの永続的なクエリです。サブスクリプションを読み取ってください
reason-query-temporary = 実行中のプログラムが登録したもので、そのプログラムとともに終わります
reason-guesses = { $accounts } 個のアカウントが試されました。人の入力ミスとは考えにくい回数です。接続元のマシンも確認してください
reason-guessed = その後 { $time } に { $account } が同じ接続元からログオンしました。パスワードが推測された可能性があります
reason-written-remotely = 管理者だけが使える共有に書き込まれました。書き込んだ者は管理者の権限を持っています
reason-smb1 = 古いマシンか、EternalBlue のように攻撃しているマシンです: { $names }
reason-log-cleared = { $time } に消去されています。痕跡を隠すためか、再インストールによるものです
timeline-subscription = サブスクリプションの登録: { $consumer }
timeline-wmi-filter = イベント フィルター ({ $operation }): { $name }
timeline-wmi-consumer = イベント コンシューマー ({ $operation }): { $name }
timeline-wmi-binding = バインディング ({ $operation }): { $consumer }
timeline-service = サービスのインストール: { $name } ({ $path })
timeline-task-created = タスクの作成: { $name }
timeline-task-changed = タスクの変更: { $name }
timeline-task-deleted = タスクの削除: { $name }
timeline-log-cleared = イベント ログの消去: { $log }
timeline-defender = Defender による検出 { $threat }: { $path }
timeline-defender-off = Defender のリアルタイム保護が無効化されました
timeline-account-created = アカウントの作成: { $name }
timeline-account-group = { $member } を { $group } に追加
reason-disguised = Windows のプログラムと同じ名前ですが、別の場所にあります: { $path }
reason-store-total = 既定値が合計 { $size } 文字あります (しきい値 { $limit })
reason-store-pieces = 同じ名前空間のほかのクラスと合わせて、異常に長い既定値が { $size } 文字あります (上限 { $limit })
reason-store-instance = { $class } はサブスクリプションのクラスではなく、インスタンスに設定値としては多すぎるテキストがあります
title-class-unknown = 正常なマシンにない WMI クラス: { $namespace }:{ $class }
title-store-instance = WMI クラスのインスタンスに格納されたペイロード: { $class }「{ $name }」
