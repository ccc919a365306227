# セキュリティ更新プログラム。判断の結果、その根拠、判断に必要なもの。

patch-title-open = MS17-010 が適用されていません
patch-title-fixed = MS17-010 は適用済みです
patch-title-unknown = MS17-010 が適用済みか判断できません
patch-title-unserviced = このサービス パック向けの MS17-010 は提供されていません
patch-title-hole-open = { $name } ({ $id }) の脆弱性が残っています
patch-title-hole-unknown = { $name } ({ $id }) の脆弱性が残っているか判断できません
patch-title-hole-fixed = { $name } ({ $id }) は修正済みです
patch-title-support = { $product } のサポートは { $day } に終了しました

# 証拠が示すこと
patch-sign-file-fixed = srv.sys のバージョンは { $found } です ({ $minimum } 以降は修正済み)
patch-sign-file-open = srv.sys のバージョンは { $found } で、修正済みの { $minimum } より前です
patch-sign-file-unserviced = srv.sys のバージョンは { $found } で、修正が提供されなかったサービス パックのものです
patch-sign-file-shipped = srv.sys のバージョンは { $found } で、最初から修正を含む Windows のものです
patch-sign-file-absent = srv.sys がありません。SMBv1 サーバーがないため、修正の対象がありません
patch-sign-file-foreign = srv.sys のバージョンは { $found } で、読み取った Windows とは別の Windows のものです
patch-sign-shipped = ビルド { $build } は最初から修正を含みます
patch-sign-future = ビルド { $build } はこの版が知るどのビルドより新しいため、最初から修正を含みます
patch-sign-revision-fixed = ビルドは { $found } です ({ $minimum } 以降は修正済み)
patch-sign-revision-open = ビルドは { $found } で、修正済みの { $minimum } より前です
patch-sign-no-revision = ビルド { $build } は、4 番目の数 (リビジョン) が読み取れていないため、修正済みか判断できません
patch-sign-rollup-fixed = ロールアップ { $found } がインストールされています ({ $minimum } 以降は修正済み)
patch-sign-rollup-open = インストールされている最新のロールアップは { $found } で、修正済みの { $minimum } より前です
patch-sign-rollup-older = インストールされている最新のロールアップは { $found } で、修正済みの { $minimum } より前です。ただし、単独の更新プログラムで修正されている可能性があります
patch-sign-update = { $products } の修正を含む { $update } がインストールされています
patch-sign-foreign-update = 別の Windows ({ $products }) 用の { $update } が一覧にあります
patch-sign-foreign-rollup = 読み取った Windows とは別の Windows 用のロールアップ { $found } がインストールされています
patch-sign-predates = { $update } が一覧にあります。修正と誤解されることがありますが、それより古い更新プログラムです
patch-sign-bulletin = { $update } が一覧にありますが、これは更新プログラムではなくセキュリティ情報の番号です
patch-sign-not-in-it = { $update } が一覧にあります。修正と誤解されることがありますが、修正を含まない後の更新プログラムです
patch-sign-disputed = { $update } が一覧にありますが、修正を含むかどうか資料によって異なります
patch-sign-truncated = 更新プログラムの一覧が途中で切れています ({ $counted } 件中 { $listed } 件)
patch-sign-cut = 更新プログラムの一覧が最初の { $listed } 件で切れています
patch-sign-empty = 更新プログラムの一覧が空です。累積更新プログラムは一覧に出ないことがあるため、何も分かりません
patch-sign-not-in-list = 修正を含むと分かっている更新プログラムは一覧にありません。一覧に出ない更新プログラムがあるため、未適用とは言えません
patch-sign-nothing = 読み取った内容からは分かりません
patch-sign-versions = 証拠に複数の Windows のバージョンがあります: { $versions }
patch-sign-no-service-pack = サービス パックがありません。その状態の Windows 向けの修正は提供されていません
patch-sign-unserviced = サービス パック { $service-pack } には修正が提供されていません
patch-sign-unknown-version = { $version } は既知のどの Windows のバージョンでもありません
patch-sign-network-fixed = ネットワーク経由の応答は、修正済みのマシンのものです
patch-sign-network-open = ネットワーク経由の応答は、修正されていないマシンのものです
patch-sign-network-not-offered = ネットワークで SMBv1 を提供していません。修正の有無は分かりません
patch-sign-network-unclear = ネットワーク経由の応答からは分かりません
patch-sign-restart = 更新プログラムが再起動を待っています。動作中のファイルはディスク上のものより古い可能性があります
patch-against = 反対の根拠: { $sign }

# 判断に必要なもの
patch-settle = 判断するには: { $what }
patch-settle-file = C:\Windows\System32\drivers\srv.sys のバージョンを読み取るか、ファイル自体を証拠に加えてください
patch-settle-revision = ビルドのリビジョン (HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion の値 UBR) を読み取ってください
patch-settle-product = どの Windows か読み取ってください: `systeminfo > systeminfo.txt`
patch-settle-list = 更新プログラムの一覧をすべて読み取ってください: `wmic qfe list full /format:list > qfe.txt`
patch-settle-restart = マシンを再起動して、もう一度読み取ってください
patch-settle-network = マシン名かアドレスを指定した `deminer probe` で、ネットワーク経由で確認してください (読み取りのみ)

# 対処
patch-remedy-install = { $update } ({ $products }) またはそれより後のロールアップをインストールしてください
patch-remedy-service-pack = 先にサービス パック { $service-pack } を、次に { $update } ({ $products }) をインストールしてください
patch-remedy-one = { $update } ({ $products }) をインストールしてください
patch-remedy-or = { $first }。該当しない場合は { $second }
patch-remedy-none = 更新プログラムはありません。マシンを隔離するか、使用をやめてください

# ほかの脆弱性とサポート
patch-hole-update = 修正を含む { $update } がインストールされています
patch-hole-nothing = この Windows のバージョンには脆弱性があり、修正済みかどうかは読み取った内容からは分かりません
patch-hole-driver-fixed = { $driver } のバージョンは { $found } です ({ $minimum } 以降は修正済み)
patch-hole-driver-open = { $driver } のバージョンは { $found } で、修正済みの { $minimum } より前です
patch-hole-driver-between = { $driver } のバージョンは { $found } です。修正済みと分かっている { $minimum } より前で、未修正と分かっているものより新しいバージョンです
patch-hole-driver-unserviced = { $driver } のバージョンは { $found } で、修正が提供されなかったサービス パックのものです
patch-settle-driver = C:\Windows\System32\drivers\{ $driver } のバージョンを読み取るか、ファイル自体を証拠に加えてください
patch-hole-service-pack = このサービス パックには修正が提供されていません。先に最新のサービス パックを、次に最新のロールアップをインストールしてください
patch-hole-install = { $update }、またはそれより後のロールアップで修正されます
patch-support = 有償の延長を除いて更新プログラムは提供されません。次の脆弱性は修正されないまま残ります

# 段階
stage-patch-ok = MS17-010 は適用済みです: { $sign }
stage-patch-restart = MS17-010 は適用済みですが、再起動が必要です: { $sign }
stage-patch-open = MS17-010 が適用されていません: { $sign }。{ $remedy }
stage-patch-open-restart = MS17-010 が有効になっていません: { $sign }。再起動が保留中で、修正が含まれている可能性があります。再起動してからもう一度確認し、まだ適用されていない場合は、{ $remedy }
stage-patch-hole = MS17-010 は適用済みですが、{ $name } ({ $id }) の脆弱性が残っています。{ $update } またはそれより後のロールアップをインストールしてください
stage-patch-hole-unserviced = MS17-010 は適用済みですが、{ $name } ({ $id }) の脆弱性が残っており、このサービス パックには修正が提供されていません。先に最新のサービス パックをインストールしてください
stage-patch-contradicted = 証拠が矛盾しています: { $sign }。反対の根拠: { $against }
stage-patch-cannot-tell = MS17-010 が適用済みか判断できません: { $why }。{ $settle }
stage-patch-unknown = セキュリティ更新プログラムの証拠がありません。対象のマシンで `systeminfo > systeminfo.txt` を実行するか、C:\Windows\System32\drivers\srv.sys をコピーしてください
patch-title-address = このマシンのアドレス { $address }: { $sign }
patch-address = アドレスは別のマシンに移ることがあるため、これだけでは判断しません。マシン名を指定して確認してください

# Windows Update が示すこと
patch-title-missing = Windows Update によると { $count } 件の更新プログラムが未適用です
patch-title-missing-none = 指定されたスキャン ファイルによると、未適用の更新プログラムはありません
patch-scan = { $file } で { $day } に検索しました (SHA-256 { $sha256 })。このファイルによると { $count } 件が未適用です
patch-scan-issued = スキャン ファイルは { $day } に発行されたもので、それより後の更新プログラムは含まれません
patch-title-search = Windows Update が最後に更新を確認したのは { $day } で、最新の証拠の { $days } 日前です

# 最後の更新からの日数
patch-title-age-recent = 読み取れた最後の Windows の更新は { $day } で、証拠の終わりの { $days } 日前です
patch-title-age-support = 読み取れた最後の Windows の更新は { $day } です。サポートは { $ended } に終了しました
patch-title-age-old = { $day } より後、{ $days } 日間 Windows の更新プログラムがインストールされていません
patch-title-age-unknown = Windows が最後に更新されてからどのくらい経つか判断できません
patch-age-update = 読み取れた最後の更新プログラム: { $update } ({ $day } にインストール)
patch-age-no-clock = 証拠がいつ収集されたか分かりません。`deminer collect` で収集すると、マニフェストに日時が記録されます
patch-age-order = 日付のどちらの数が月でどちらが日か判断できません
patch-age-undated = 一覧にある { $count } 件の更新プログラムは日付を読み取れず、より新しい可能性があります
patch-age-beyond = { $count } 件の更新プログラムの日付が収集日より後です。時計が正しくありません
patch-age-cut = 更新プログラムの一覧が途中で切れており、欠けた部分により新しいものがある可能性があります
patch-age-log = 更新の記録はイベント ログだけで、その後に切り詰められたり消去されたりした可能性があります
patch-age-support = サポートが終了した { $day } までの日数です。それより後の更新プログラムは有償の延長でのみ提供されます
patch-age-install = 更新プログラムは毎月提供され、それまでの内容をすべて含みます。Windows Update で確認し、最新の累積更新プログラムをインストールしてください

patch-missing = { $update }: { $title }
patch-search = 更新プログラムは毎月提供されます。それ以降のものは適用されていません
stage-patch-missing = MS17-010 は適用済みですが、Windows Update によると緊急または重要な更新プログラムが { $count } 件未適用です
