# マイナーが変更する設定、アカウント、レジストリの値
title-setting = { $kind }:「{ $name }」{ $value }
title-account = アカウント:「{ $name }」
title-registry-store = レジストリに格納されたペイロード: { $key } の値「{ $name }」
title-file = ファイル: { $path }
title-ran = 実行されたプログラム: { $program }
reason-prefetch = Windows に実行の記録があります: { $path }

setting-hosts = hosts ファイルの行
setting-hosts-folder = hosts ファイルの場所
setting-dns-rule = 名前解決ポリシーの規則
setting-portproxy = ポート転送
setting-route = 固定ルート
setting-firewall = ファイアウォールの規則
setting-exclusion = Defender の除外設定
setting-mof = WMI が再コンパイルする MOF ファイル
setting-dns = インターフェイスの DNS サーバー
setting-ipsec = IPsec ポリシー
setting-other = 設定

reason-hosts-blocked = 更新やセキュリティ製品の配信元 { $name } を { $address } に向けて、接続できないようにしています ({ $source })
reason-hosts-redirected = 更新やセキュリティ製品の配信元 { $name } を、外部のアドレス { $address } に向けています ({ $source })
reason-hosts-private = 更新やセキュリティ製品の配信元 { $name } を、内部のアドレス { $address } に向けています。社内の更新サーバーやキャッシュであれば問題ありません ({ $source })
reason-hosts-pool = マイニング プール { $name } を { $address } に向けています。採掘の成果が他人のものになるか、他人を経由します
reason-hosts-pool-blocked = マイニング プール { $name } を遮断しています。管理者による対策であれば問題ありませんが、マイナーが競合を締め出すために行うこともあります
reason-hosts-folder = Windows は hosts ファイルを { $path } から読み込みます。標準の場所にある hosts ファイルは無視されます ({ $source })
reason-name-rule = 更新やセキュリティ製品の配信元 { $name } の名前解決を { $servers } に問い合わせます ({ $source })
reason-forwarding = { $from } への接続を { $to } に転送します。必要とするマシンは少ないので、誰が設定したのか確認してください
reason-forwarding-pool = { $from } への接続をマイニング プール { $to } に転送します
reason-route-nowhere = { $destination } 宛ての通信がすべて破棄されます。特定のアドレスを締め出すためにマルウェアが使う方法です
reason-name-servers = { $family } が設定するものと同じサーバーが手動で設定されています ({ $source })。どちらも一般に使われる公開サーバーです
reason-ipsec = ローカルの IPsec ポリシーが通信を制限しています。使っているマシンは少なく、マルウェアが侵入後にポートを閉じるために使うことがあります
reason-exclusion-broad = { $name } 全体が Defender の検査対象から外れているため、そこに置かれたものや実行されたものは検出されません ({ $source })
reason-exclusion-writable = 通常プログラムが置かれない場所にあるプログラムが Defender の検査対象から外れています: { $name }
reason-bits-look = 確認するには `bitsadmin /list /allusers /verbose`、または PowerShell の `Get-BitsTransfer -AllUsers` を実行します
reason-mof-place = Windows やインストール済みプログラムの場所になく、WMI がリポジトリを作り直すと、このファイルの定義が元に戻ります: { $path }
reason-account-hidden = 名前が $ で終わるため、net user では表示されません
reason-account-guest = Guest アカウントが有効です。パスワードなしで使えます
reason-account-administrator = 管理者です
reason-registry-store = 値の長さは { $size } 文字です
reason-stock-value = 正常なマシンでは { $value } に Windows 自身のもの以外はありませんが、ここには { $found } があります ({ $source })
reason-debugger = { $image } を起動しようとすると、代わりに { $debugger } が起動します
reason-debugger-logon = ログオン画面から誰でも起動できる { $image } の代わりに { $debugger } が起動します。パスワードなしの侵入口になります
reason-class-hijacked = このユーザーのプログラムがクラス { $name } を使うと { $library } が読み込まれます。このクラスはマルウェアによる悪用が知られています ({ $source })
reason-class-scriptlet = このユーザーのクラスがスクリプトを実行します: { $library }
reason-service-library = Windows のサービス { $service } が { $expected } ではなく { $found } を読み込みます

# 追加されたものと時刻
timeline-stored = 次のものが保存された Windows セッションの開始: { $object }
timeline-started = Windows の起動
timeline-service-changed = サービスの起動方法の変更: { $name } ({ $start })
timeline-defender-changed = Defender の構成の変更: { $value }
timeline-audit-changed = 監査ポリシーの変更: { $category }
reason-added-later = Windows のインストール後、{ $time } 以降に始まったセッションで保存されました
title-provider-changed = Windows のプロバイダーの名前で別のクラスが登録されています: { $name }
reason-provider-changed = Windows は { $namespace } でこのプロバイダーに { $expected } を読み込みますが、ここでは { $found } です
reason-consumer-handed-on = 標準のクラス { $class } が別のプロバイダーに割り当てられています: { $provider }
title-provider = Windows に付属しないプロバイダー:「{ $name }」
