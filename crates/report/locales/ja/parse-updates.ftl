# バージョンと更新プログラムの読み取りに関する注記。

note-version-none = このファイルにバージョン情報がありません。C:\Windows\System32\drivers からコピーし直してください
note-version-other-file = ファイルのバージョンは読み取れましたが、System32\drivers の srv.sys や termdd.sys のものではありません。バージョンの各部とともに `FileName` も出力してください
note-hotfix-truncated = 更新プログラムの一覧が途中で切れています。{ $counted } 件と書かれていますが、{ $listed } 件しかありません。`wmic qfe list full /format:list` なら全件を出力できます
note-hotfix-cut = 更新プログラムの一覧が { $listed } 件で切れています。`Get-HotFix` なら全件を出力できます
note-hotfix-unread = 更新プログラムの一覧のようですが、読み取れるものがありません。`wmic qfe list full /format:list > qfe.txt` で出力し直してください
note-package-states = パッケージの状態「{ $state }」は未知の言語です。`dism /english /online /get-packages` で出力し直してください
