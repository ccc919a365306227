# コマンド `deminer probe`

probe-prefix = `{ $named }` はアドレスの範囲ではありません: `/` の後には 0 から { $most } までの数を書きます
probe-range = `{ $named }` はアドレスの範囲ではありません: `/` の前にはアドレスを書きます
probe-name = `{ $named }` はアドレスでもマシン名でもありません
probe-no-host = `{ $named }` は 1 台のマシンを指すアドレスではありません
probe-unresolved = 名前 `{ $named }` のアドレスが見つかりません
probe-too-many = アドレスは { $count } 個です。1 回の実行で確認できるのは { $most } 個までです
probe-many = アドレスは { $count } 個で、{ $most } 個を超えています
probe-line = { $path } の { $line } 行目: { $problem }
probe-empty-list = `{ $path }` にマシンが書かれていません
probe-no-password = パスワードがなく、入力を求めることもできません
probe-password-text = 環境変数のパスワードが Unicode の文字列ではありません
probe-hint-target = マシン名 (`pc-1`)、アドレス (`10.0.0.7`、`fd00::7`)、範囲 (`10.0.0.0/24`)、一覧 (`@machines.txt`) のいずれかを指定してください
probe-hint-too-many = 小さな範囲に分けて、順に実行してください
probe-hint-unresolved = つづりを確認するか、アドレスを指定してください
probe-hint-list = 一覧には、マシン名、アドレス、範囲を 1 行に 1 つ書きます。`#` の後は注釈です
probe-hint-many = この数で間違いなければ `--large` を付けてください
probe-hint-password = パスワードを環境変数 `{ $variable }` に入れるか、ターミナルで実行してください

probe-own-network = { $count } 個のアドレスに MS17-010 の有無を確認します。自組織のネットワークを検査するためのもので、相手には何も変更を加えません
probe-public = { $count } 個はグローバル アドレスです。自組織のものである場合だけ確認してください
probe-password = `{ $user }` のパスワード:
probe-asking = 確認しています
probe-logged = 質問の内容と時刻の記録: `{ $path }`

probe-not-fixed = 未修正
probe-fixed = 修正済み
probe-not-offered = SMBv1 なし
probe-not-windows = Windows ではない
probe-unknown = 不明
probe-count = { $answer }: { $count }
probe-silent = 範囲内の { $count } 個のアドレスには接続できず、不明です。`--verbose` で表示できます

probe-why-not-fixed = 更新プログラム MS17-010 が適用されていません (最後の問い合わせへの応答 { $code })。更新プログラムを適用するか、マシンを隔離してください
probe-why-fixed = 更新プログラム MS17-010 は適用済みです (最後の問い合わせへの応答 { $code })
probe-why-no-dialect = SMBv1 に対応していないため、この経路では脆弱性に到達できません。更新プログラムの有無は分かりません
probe-why-smb2 = SMBv2 以降で応答したため、この経路では脆弱性に到達できません。更新プログラムの有無は分かりません
probe-why-negotiate-refused = SMBv1 を拒否したため ({ $code })、この経路では脆弱性に到達できません。更新プログラムの有無は分かりません
probe-why-hung-up = SMBv1 を求めると接続を切ったため、この経路では脆弱性に到達できません。更新プログラムの有無は分かりません
probe-why-not-windows = 相手は `{ $who }` と名乗っており、更新プログラムの対象ではありません。終了した段階は{ $stage }です: { $cause }
probe-why-unknown = 判断できません。終了した段階は{ $stage }です: { $cause }
probe-stage-connect = 接続
probe-stage-netbios = NetBIOS セッション
probe-stage-negotiate = プロトコルの選択
probe-stage-session-setup = ログオン
probe-stage-tree-connect = IPC$ への接続
probe-stage-transaction = 最後の問い合わせ
probe-cause-status = 応答は { $code } でした
probe-cause-refused = ポートが閉じています
probe-cause-timed-out = 時間内に応答がそろいませんでした
probe-cause-unreachable = アドレスへの経路がありません
probe-cause-closed = 相手が接続を閉じました
probe-cause-reset = 接続がリセットされました
probe-cause-session-refused = セッションが拒否されました ({ $code })
probe-cause-retargeted = 別のアドレスを案内されましたが、そこには問い合わせません
probe-cause-malformed = 応答の { $offset } バイト目がプロトコルに反しています ({ $what })
probe-cause-system = { $problem }
