# 再侵入を許すもの。設定、アカウント ポリシー、アカウント。

hardening-smb1-server = SMBv1 サーバーが有効です
hardening-smb1-server-why = この種のマイナーが感染を広げる EternalBlue などは SMBv1 サーバーを攻撃します。Windows XP と Server 2003 より新しい Windows には不要です
hardening-smb1-client = SMBv1 クライアントが有効です
hardening-smb1-client-why = SMBv1 しか提供しないサーバーとの通信は、改ざんや中継から保護されません
hardening-signing-server = SMB サーバーが署名を必須にしていません
hardening-signing-server-why = 署名がないと、このマシンへのログオンを別のマシンから中継される可能性があります
hardening-signing-client = SMB クライアントが署名を必須にしていません
hardening-signing-client-why = 署名がないと、サーバーの応答が途中で改ざんされたり、ログオンが中継されたりする可能性があります
hardening-null-sessions = アカウントのない相手が Everyone と同じものに届きます
hardening-null-sessions-why = 匿名のセッションから共有や名前付きパイプが見え、Everyone として扱われます
hardening-wdigest = 入力されたパスワードがメモリに平文で残ります
hardening-wdigest-why = この種のマイナーが持つ Mimikatz は、ログオンした全員のパスワードをメモリから読み取ります。マイナー自身がこの設定を有効にすることもあります
hardening-lsa-protection = 資格情報を持つプロセス (LSA) が保護されていません
hardening-lsa-protection-why = 管理者権限のどのプロセスからも、Mimikatz のようにメモリの資格情報を読み取れます
hardening-credential-guard = 資格情報が Windows から隔離されていません
hardening-credential-guard-why = Credential Guard がないと、管理者権限を得た者がパスワード ハッシュやチケットを他のマシンに持ち出せます
hardening-token-filter = ローカル アカウントがネットワーク経由で全権限を持ちます
hardening-token-filter-why = ローカル管理者 1 人のパスワード ハッシュだけで、同じパスワードのすべてのマシンでプログラムを実行できます
hardening-administrator-token = 組み込みの Administrator がネットワーク経由で全権限を持ちます
hardening-administrator-token-why = 多くのマシンで同じになりがちなそのパスワード 1 つで、すべてのマシンに侵入できます
hardening-uac = ユーザー アカウント制御 (UAC) が無効です
hardening-uac-why = 管理者のプログラムも、そこから起動されるものも、すべて全権限で動きます
hardening-anonymous = アカウントのない相手がユーザーと共有を列挙できます
hardening-anonymous-why = ユーザーの一覧は、パスワード推測の出発点になります
hardening-ntlm-level = 古い形式の NTLM を受け付けます
hardening-ntlm-level-why = LM と NTLMv1 の応答からはパスワードを復元できます
hardening-lm-hash = パスワードが LM ハッシュでも保存されます
hardening-lm-hash-why = LM ハッシュからは数分でパスワードを復元できます
hardening-blank-passwords = パスワードのないアカウントをネットワーク経由で使えます
hardening-blank-passwords-why = そのアカウントは、ネットワーク上の誰にでも開かれています
hardening-restricted-admin = リモート デスクトップがパスワード ハッシュでのログオンを受け付けます
hardening-restricted-admin-why = 制限付き管理モードでは、盗んだハッシュだけでログオンできます
hardening-rdp-authentication = リモート デスクトップがログオン前の相手に応答します
hardening-rdp-authentication-why = BlueKeep のような脆弱性が、アカウントの有無にかかわらず、ポートに届く全員に開かれます
hardening-winrm-exposed = リモート管理 (WinRM) が常に動いています
hardening-winrm-exposed-why = ワークステーションではほとんど不要で、盗まれたパスワードが 1 つあれば遠隔からコマンドを実行できます。このマシンに接続する唯一の手段である場合は、そのままにしてください
hardening-winrm-plain = リモート管理 (WinRM) が平文のパスワードを受け付けます
hardening-winrm-plain-why = ネットワークを盗聴する者に読み取られます
hardening-remote-wmi = ファイアウォールがネットワークからの WMI を許可しています
hardening-remote-wmi-why = WannaMine などは、パスワードを 1 つ得ると WMI で隣のマシンに自分を起動します
hardening-firewall = ファイアウォールかそのサービスが無効か、規則のない着信を許可しています
hardening-firewall-why = マシンのすべてのサービスが、感染したマシンを含む周囲に開かれます
hardening-defender-off = ポリシーで Microsoft Defender が無効にされています
hardening-defender-off-why = この種のマイナーはこのポリシーを設定します。別のセキュリティ ソフトを使っている場合は、意図した設定の可能性があります
hardening-defender-real-time = Microsoft Defender のリアルタイム保護が無効です
hardening-defender-real-time-why = 書き込まれ、起動されるものが検査されません。この種のマイナーは最初にこれを無効にします
hardening-defender-service = Microsoft Defender のサービスが無効にされています
hardening-defender-service-why = この種のマイナーはこのサービスを無効にし、書き込まれ、起動されるものが検査されなくなります。別のセキュリティ ソフトを使っている場合は、意図した設定の可能性があります。Windows がコマンドを拒否する場合は、先に Defender を無効にしているポリシーを解除してください
hardening-autoplay = リムーバブル ドライブからプログラムが起動する可能性があります
hardening-autoplay-why = これらのファミリの一部は USB ドライブでも感染を広げます
hardening-automatic-logon = Windows が自動でログオンします
hardening-automatic-logon-why = パスワードがレジストリに置かれ、マシン上のどのプログラムからも読み取れます
hardening-updates-off = 自動更新が無効です
hardening-updates-off-why = 誰かが思い出すまで脆弱性が残ります。別の仕組みで更新している場合は、意図した設定の可能性があります
hardening-updates-service = Windows Update のサービスが無効にされています
hardening-updates-service-why = 手動でも更新プログラムをインストールできません。別の仕組みで更新している場合は、意図した設定の可能性があります
hardening-lockout = アカウントがロックアウトされないか、しきい値が大きすぎます
hardening-lockout-why = この種のマイナーは、許される限り何度でも一覧のパスワードを試します
hardening-length = 短いパスワードを設定できます
hardening-length-why = 短いパスワードは、この種のマイナーが試す一覧に載っています
hardening-complexity = 単純なパスワードを設定できます
hardening-complexity-why = 単純なパスワードは、この種のマイナーが試す一覧に載っています
hardening-plain-text = パスワードが復元できる形で保存されます
hardening-plain-text-why = アカウント データベースをコピーした者が、すべてのパスワードを得ます
hardening-history = 古いパスワードをすぐに再利用できます
hardening-history-why = 古いパスワードを持つ者は、それが再び使われるのを待つだけで済みます
hardening-password-age = パスワードの有効期間が長すぎるか、無期限です
hardening-password-age-why = 一度盗まれたパスワードは、有効な限りマシンへの入り口になります
hardening-lockout-duration = ロックアウトされたアカウントがすぐに元に戻ります
hardening-lockout-duration-why = パスワードを推測する者は、少し待つだけで再開できます
hardening-lockout-window = パスワードの誤りがすぐに忘れられます
hardening-lockout-window-why = ゆっくり推測する者はロックアウトされません
hardening-guest = Guest アカウントが有効です
hardening-guest-why = 誰でも Guest としてログオンできます。戻り口として有効にするマイナーもあります

# 値、あるべき値、設定の方法
hardening-is = { $name } は { $data } です。あるべき値は { $wanted } です
hardening-is-not-set = { $name } が設定されていません。この Windows の既定では弱点が残ります。あるべき値は { $wanted } です
hardening-restart = マシンの次の起動から有効になります
hardening-set = 設定するには: { $command }
hardening-undo = 元に戻すには: { $command }
hardening-source = 出典: { $title }、{ $url }
hardening-by-policy = この値はグループ ポリシー ({ $key }) によるもので、ローカルの設定より優先されます。設定元のポリシーで変更してください。設定元は `gpresult /scope computer /h gpresult.html` で分かります
hardening-policy-unread = グループ ポリシーで別の値が設定されているかどうかは読み取られていません
hardening-note-first = 現在の値は読み取られていません。設定する前に `{ $command }` の出力を控えてください。元に戻すときに必要です

# アカウント
title-guest-administrator = Guest アカウント「{ $name }」が管理者です
title-account-no-password = アカウント「{ $name }」はパスワードなしにできます
title-account-never-expires = 管理者「{ $name }」のパスワードは無期限です
title-accounts-never-expire = パスワードが無期限のアカウントが { $count } 個あります
title-administrators = ローカル管理者が { $count } 人います
reason-account-no-password = パスワード必須の規則から除外されています
reason-account-never-expires = 一度盗まれたパスワードがずっと使えます
reason-accounts-never-expire = 一度盗まれたパスワードがずっと使えます。サービス用など意図的なものもあります: { $names }
reason-guest = Guest は無効で権限のない状態が前提です。戻り口として使う感染があります
reason-administrators = 全員が既知で、必要であることを確認してください: { $names }

# 段階
stage-prevent-gaps = { $gaps } 件の設定がこの種のマイナーに有利です{ $unknown ->
        [0] {""}
       *[other] {" "}(判断できないもの { $unknown } 件)
    }
stage-prevent-ok = 確認した { $met } 件の設定はすべて適切です
stage-prevent-partly = { $met } 件の設定は適切です。{ $unknown } 件は判断できません

# より悪いもの
title-deed-shadow-copies = シャドウ コピーまたはバックアップが削除されました
title-deed-recovery = Windows の回復機能が無効にされました
title-deed-security-stopped = コマンドで保護機能が停止されました
title-deed-logs = コマンドでイベント ログが消去されました
title-deed-credentials = Windows から資格情報が抜き取られました
title-remote-tool = 遠隔操作プログラム: { $tool }
title-guest-made-administrator = Guest が管理者にされました
title-account-new = 感染の最初の兆候の後に、アカウント「{ $name }」が作成されました
title-administrator-new = 感染の最初の兆候の後に、「{ $name }」が管理者になりました
title-protection-off = 感染の最初の兆候の後に、Microsoft Defender が無効にされました
reason-deed = 実行されたコマンド: { $command }
reason-remote-tool = 意図したものかどうかは管理者が判断できます。侵入者が戻るために持ち込むことがあります
reason-account-new = { $time } に { $by } が作成
reason-administrator-new = { $time } に { $by } が追加
reason-protection-off = { $time } にリアルタイム保護が無効でした
reason-stolen-threat = Microsoft Defender が、資格情報を抜き取る { $threat } を検出しています
reason-stolen-command = 資格情報を抜き取るコマンドが実行されています
duty-rebuild = 駆除よりも再構築を選んでください。最初の兆候より前のメディアとバックアップを使います
duty-passwords = このマシンで使われた { $count } 個のアカウントのパスワードを、感染していない別のマシンから変更してください
duty-passwords-since = 最初の兆候 ({ $since }) 以降にこのマシンで使われたか、それ以前に資格情報を残した { $count } 個のアカウントのパスワードを、感染していない別のマシンから変更してください
duty-passwords-unknown = ログオンの記録がありません。このマシンを使った全員のパスワードを、感染していない別のマシンから変更してください
duty-krbtgt = krbtgt のパスワードを 2 回リセットしてください (2 回目は 10 時間以上後)。それまでは、ドメイン コントローラーを握った者がチケットを偽造できます
duty-local-administrators = ローカル管理者のパスワードをマシンごとに別のものにしてください (Windows LAPS)
duty-cached = このマシンは直近 { $count } 件のドメイン ログオンを記憶しています。それらのユーザーのパスワードも変更してください
duty-accounts = 次の { $count } 個のアカウントが既知のものか確認し、そうでなければ無効にしてください: { $names }
duty-ransomware = ネットワークから届かないバックアップを今すぐ確保し、復元できることを確認してください。ランサムウェアの前触れがあります
duty-look-further = さらに調べてください。マイナーが入った経路は他の者にも開かれています。マシンを Windows の外からスキャンし、周囲のマシンも確認してください
rebuild-domain-controller = ドメイン コントローラーです。ドメインで何が変更されたかは、このマシンだけでは分かりません
rebuild-family = { $family } は、駆除が届かない Windows の外にも入り込みます
rebuild-ransomware = ランサムウェアの準備がされています
rebuild-logs = ログが消去されており、ほかに何がされたか分かりません
rebuild-many = Microsoft Defender が { $count } 種類の脅威を検出しています。何者かがこのマシンで活動していました
stage-prevent-duties = 人が行うべきことが { $duties } 件残っています{ $gaps ->
        [0] {""}
       *[other] {"。"}{ $gaps } 件の設定がこの種のマイナーに有利です
    }
