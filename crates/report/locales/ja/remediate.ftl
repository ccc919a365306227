# 計画、適用、取り消し、確認の際のメッセージ

# 対象から外した理由
refuse-stock = Windows 標準の項目「{ $entry }」のため、決して削除しません
refuse-stock-class = { $namespace }:{ $class } は Windows のクラスのため、決して削除しません
refuse-class-unknown = 証拠からクラスが分かりません。/format:rawxml または PowerShell で出力し直すか、対象のマシン上で計画を作成してください
refuse-namespace-unknown = 証拠からクラス { $class } の名前空間が分かりません。名前空間付きでクラス定義を取得するか、対象のマシン上で計画を作成してください
refuse-identity = 証拠に { $field } がなく、他のものと区別できません。対象のマシン上で計画を作成してください
refuse-system-program = { $path } は Windows の一部です。これを起動または悪用するものを削除し、これ自体は削除しません
refuse-host-process = { $path } は他のコードを動かす Windows のプロセスです。実行させられたものを削除し、プロセスは終了しません
refuse-microsoft = { $path } は { $signer } が署名しているため、決して削除しません
refuse-no-stock-value = { $place } は欠かせない値ですが、Windows の既定値が分からないか、既定のファイルがこのマシンに Microsoft の署名付きで存在しません。同じバージョンとエディションのマシンを参考に手動で設定してください
refuse-other-user = 「{ $name }」はユーザー { $user } のレジストリにあります。対象のマシン上で計画を作成してください
refuse-update = { $name }: このマシン用の { $update } のパッケージが `--updates` で指定されていません。これか、より新しいロールアップをインストールしてください: `{ $command }`
refuse-update-several = { $name }: このマシン用と考えられる { $update } のパッケージが `--updates` に複数あります。フォルダーにこのマシン用のものだけを残すか、手動でインストールしてください: `{ $command }`
refuse-update-version = { $name }: Windows のバージョンが分からないため、{ $update } のどのパッケージがこのマシン用か判断できません。手動でインストールしてください: `{ $command }`
refuse-package = パッケージ { $path } には Microsoft の有効な署名がありません
refuse-package-gone = パッケージ { $path } がありません
refuse-command = 「{ $name }」は計画では設定できません。手動で設定してください: `{ $command }` (元に戻すには `{ $undo }`)
refuse-gap = 「{ $name }」は計画では設定できません。手動で行うことは検出結果の理由を確認してください
refuse-needed = サービス { $service } が { $name } に依存しており、無効にすると起動しなくなるため、{ $name } は無効にしません
refuse-by-hand = 「{ $name }」は計画では削除できません。理由を確認のうえ、手動で削除してください
refuse-no-finding = ID { $finding } の検出結果はありません。ID はレポートに記載されています
refuse-excluded = 指定により除外しました
refuse-path = { $path } はローカル ドライブ上の通常のパスではありません
refuse-link = { $path } はリンクであるか、途中にリンクがあります。リンクはたどりません
refuse-folder = { $path } はフォルダーです。削除するのはファイルだけです
refuse-critical = プロセス { $path } を止めると Windows が停止するため、手を付けません。再び起動されるのを防ぐ処置は行われていません。起動元を無効にすれば、再起動後にはなくなります
refuse-provider = クラス { $class } にはプロバイダーがあります。先にプロバイダーを削除してください
refuse-class-in-use = クラス { $class } を削除すると、計画にないものまで削除されます: インスタンス { $instances } 件、サブクラス: { $subclasses }
refuse-bound = フィルターは他のバインディングでも使われています: { $binding }
refuse-no-entry = 標準の項目「{ $entry }」は、作り直せるだけの情報がありません
refuse-not-on-content = 内容だけでは判断できないため、人による確認が必要です
refuse-not-confirmed = 確認されなかったため、実行しませんでした
refuse-verb = この対象に対しては実行できません
refuse-not-disabled = すでに無効ではないか、別のものに置き換わっています。誰が変更したかを調べ、もう一度確認してから計画を作り直してください
refuse-windows-service = { $name } は Windows 標準のサービスのため、無効のままにし、削除はしません。同じバージョンのマシンと同じ設定に戻すか、Windows を修復してください
refuse-boot-driver = ドライバー { $name } はディスクを読めるようになる前に読み込まれるため、無効にすると Windows が起動しなくなる恐れがあります (停止コード 0x7B)。手動で行う場合は、ディスクのイメージと修復用の起動メディアを用意し、HKLM\SYSTEM\CurrentControlSet\Control\Class と HKLM\SYSTEM\CurrentControlSet\Enum 以下のすべての UpperFilters と LowerFilters からその名前を取り除き、HKLM\SYSTEM\CurrentControlSet\Services 以下のドライバーのキーで Start を 4 にして再起動してください
refuse-filter-driver = { $class } のデバイスはドライバー { $name } をフィルターとして読み込み、これがないと動作しません。ディスクの場合は Windows も起動しなくなります (停止コード 0x7B)。手動で、このキーの UpperFilters と LowerFilters からその名前だけを取り除き、計画を作り直してください
refuse-protected-file = { $path } は Windows のインストーラーが所有する Windows の一部です。改変されている場合は `sfc /scannow` で元に戻せます
refuse-owner-unknown = { $path } は Windows フォルダーにあり、所有者を読み取れないため、Windows の一部である可能性があります
refuse-signatures = { $path } は Windows フォルダーにありますが、このマシンでは署名を検証できないため (ntdll.dll も検証できません)、Windows の一部である可能性があります。サービス CryptSvc を開始してから、もう一度実行してください
refuse-name-only = 証拠には名前しかありません。名前だけでは判断できないため、対象のマシン上で計画を作成してください
refuse-exclusion = Defender の除外設定は Defender 自身が保護しています。「{ $name }」は手動で削除してください: Windows セキュリティの「ウイルスと脅威の防止の設定」の「除外」、または PowerShell の `Remove-MpPreference` に `-ExclusionPath`、`-ExclusionProcess`、`-ExclusionExtension` のいずれかと名前を指定します
refuse-ipsec = ポリシー「{ $name }」はマシン間の通信を遮断しています。手動で削除してください: `netsh ipsec static show all` で内容を確認し、`netsh ipsec static delete policy name=` に引用符で囲んだ名前を続けて削除したあと、`delete filterlist` と `delete filteraction` でフィルター一覧とフィルター操作も削除します
refuse-firewall = ファイアウォールの規則「{ $name }」は手動で削除してください: `wf.msc` で選択して削除します (同じ名前の規則が複数ある場合、`netsh advfirewall firewall delete rule` はすべて削除します)
refuse-mof = WMI はリポジトリの再構築時に { $path } を再びコンパイルします。手動で HKLM\SOFTWARE\Microsoft\WBEM\CIMOM の値 `Autorecover MOFs` からこのパスを取り除いてください。ファイルは控えを取ってから削除してください
refuse-bits = BITS ジョブ「{ $name }」は元に戻すための控えを取れないため、手動で削除してください。管理者として `bitsadmin /info { $id } /verbose` の内容を控えたあと、`bitsadmin /cancel { $id }` を実行します
refuse-dns = 「{ $name }」は手動で本来のネーム サーバーに戻してください: ネットワーク アダプターのプロパティ (`ncpa.cpl`) のインターネット プロトコル バージョン 4 と 6 で設定するか、自動取得にします

# 検出結果によらず行う理由
reason-selftest = 自己診断用のオブジェクトです
reason-contain = 駆除中に再び感染しないよう、侵入経路を塞ぎます

# 操作の結果
outcome-planned = 実行される予定です
outcome-unseen = 計画どおりの状態であれば実行されます。ここは対象のマシンではないため、現在の状態は確認していません
outcome-done = 実行し、結果を確認しました
outcome-done-despite = 実行し、結果を確認しました。ただし、マシンは次のエラーを返しました: { $error }
outcome-at-restart = 準備ができました。再起動時に実行されます
outcome-critical = プロセス { $path } を止めると Windows が停止するため、手を付けません。起動元は無効化または削除され、次に Windows が起動すると、なくなります
outcome-absent = 存在しません
outcome-already = すでにその状態でした
outcome-changed = { $field } が計画と異なります。計画を作り直してください
outcome-other = 読み取ったときから変化しています。計画を作り直してください
outcome-backup = バックアップできないため、変更しませんでした: { $error }
outcome-backup-differs = バックアップを読み戻した内容が一致しないため、変更しませんでした
outcome-failed = 実行できませんでした: { $error }
outcome-unproven = 実行しましたが、まだ存在します
outcome-unknown = 読み直せないため、実行されたかどうか分かりません: { $error }
outcome-stands-still = 停止したまま、終了されていません。`deminer clean --resume` で続行するか、手動で終了するか、`deminer undo --rearm` で再開させてください
outcome-resumed = 終了されなかったため、再開しました
outcome-not-resumed = 終了されず、再開もできなかったため、停止したままの可能性があります: { $error }
outcome-done-no-mof = 実行し、確認しました。WMI から MOF テキストを取得できなかったため、バックアップはフィールドのみです

# 取り消しの結果
undo-restored = 元の状態に戻しました
undo-restored-differs = 元に戻しましたが、次の項目は Windows が設定し直したか、保持しませんでした: { $fields }
undo-as-before = 変更されていません
undo-held-back = 起動できない状態のままにしています。再び起動させるには --rearm を付けてください
undo-stands-still = 停止したままです。再開させるには --rearm を付けてください。不要なら終了してください
undo-disarmed = 元に戻しました。これを起動するものはありません
undo-creators = 元に戻しましたが、{ $binding } の各部の作成者が異なるため、Windows はこのサブスクリプションを実行しません。まとめて取り消してください
undo-process = 終了したプロセスは自動では戻りません。起動元とともに起動します
undo-stock = Windows の一部のため、そのまま残します
undo-update = { $update } が残っています。この Windows では自動でアンインストールできません。手動で行ってください: `{ $command }`
undo-occupied = 現在は別のものがあるため、変更しません
undo-needs = 以前の依存関係に戻すと起動しなくなります。依存先の { $service } が無効か、存在しません。先に { $service } を元に戻してから、これを戻してください
undo-backup = バックアップを使用できません: { $error }

# 現在の状態
verify-gone = なくなっています
verify-kept = 正しい状態が保たれています
verify-back = 元に戻っています
verify-changed = 別のものに変わっています
verify-at-restart = 再起動するまで完了しません
verify-critical = プロセス { $path } を止めると Windows が停止します。次に Windows が起動すると、なくなります
verify-not-done = 実行されなかったため、まだ存在します
verify-undone = 取り消し済みです
verify-unknown = 判定できません: { $error }
again-too-little = マシンを十分に読み取れないため、新しいものがないとは言えません

# 再び現れたものの出所 (読み取れた範囲)
by-creator = 作成者: { $sid }
by-owner = 所有者: { $sid }
by-parent = 起動元: { $name } (プロセス { $pid })
by-parent-gone = 起動元: プロセス { $pid } (すでに終了)
by-event = ログの記録 { $time }: { $event }

# 実行できない、または中断した理由
stop-journal = 記録を書き込めないため、以降の処理を中止しました: { $error }
stop-receipt = 結果の記録を書き込めませんでした: { $error }
stop-machine = マシンがエラーを返しました: { $error }
stop-redirected = これは 32 ビット版 Windows 用のプログラムで、実際とは異なるファイルが見えます。64 ビット版 Windows 用 (x86_64) の deminer.exe を使用してください
stop-library = プログラムと同じフォルダーに、Windows のライブラリと同じ名前の { $library } があります。本来のライブラリの代わりに読み込まれた可能性があります。管理者だけが変更できる専用のフォルダーにプログラムを移し、そこから実行してください
stop-not-elevated = 変更には管理者の完全な権限が必要です。管理者として実行してください
stop-other-host = 計画は { $plan } 用ですが、このマシンは { $machine } です
stop-unpatched = セキュリティ更新プログラムが不足しており、再び感染する恐れがあります。先に適用するか、侵入経路を塞ぐ --contain、またはそのまま続ける --unpatched を付けてください
stop-not-contained = 侵入経路を塞げなかったため、以降の処理を中止しました。別の方法で塞ぐか更新プログラムを適用してから、--unpatched を付けて続けてください
stop-no-action = ケースに操作 { $action } はありません。`deminer verify` で一覧を表示できます
stop-domain-controller = ドメイン コントローラーです。駆除ではなく再構築をお勧めします。それでも続けるには --domain-controller を付けてください
stop-unprotected = { $path } は管理者以外も変更できるため、信頼できません。管理者だけが書き込める場所に移してください
stop-case-exists = { $path } はすでに存在します。新しいケース フォルダーを指定するか、そのケースを再開または取り消してください
stop-case-path = { $path } はローカル ドライブ上の通常のパスではないため、ケース フォルダーにできません
stop-plan = { $error }
stop-case-damaged = ケースの { $file } を使用できません: { $detail }
stop-not-verified = 無効にしたものを削除できるのは、`deminer verify` に合格し、その後何も変更していない場合だけです
