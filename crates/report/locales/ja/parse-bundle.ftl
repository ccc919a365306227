# バンドルの読み込み、形式の判別、Autoruns の出力の解析が伝えること。

## 判別できるが読み取らない形式

format-wmic-htable = wmic が作成した Web ページ（`/format:htable`）。`/format:list` または `/format:rawxml` で出力し直してください
format-clixml = PowerShell の `Export-Clixml` の出力。`Format-List *` または `ConvertTo-Json -Depth 5` で出力し直してください
format-export-csv = PowerShell の `Export-Csv` の表。配列と参照が失われるため、`Format-List *` と `Out-File -Width 8192`、または `ConvertTo-Json -Depth 5` で出力し直してください
format-powershell-table = PowerShell の `Format-Table` の表。長い値が切れるため、`Format-List *` と `Out-File -Width 8192`、または `ConvertTo-Json -Depth 5` で出力し直してください
format-wmic-table = wmic の表。値の区切りを確定できないため、`/format:list` または `/format:rawxml` で出力し直してください
format-wmic-error = 一覧ではなく wmic のエラー。管理者として、`/namespace:\\root\subscription` と `/format:list` を指定して実行し直してください
format-event-log = Windows イベントログ
format-program = Windows のプログラムまたはライブラリ
format-capture = ネットワーク キャプチャ
format-archive = zip 以外のアーカイブ。展開するか、zip で作り直してください

## ファイルとフォルダー

note-path-missing = 指定されたファイルまたはフォルダーがありません。パスを確認してください
note-path-denied = 読み取る権限がありません。管理者としてコピーするか、Deminer を管理者として実行してください
note-path-unreadable = 読み取れません: { $reason }
note-path-special = デバイス、パイプまたはソケットのため開きませんでした。内容をファイルに保存するか、`-` を指定して標準入力から渡してください
note-path-link = リンクのためたどりませんでした。証拠に含める場合はリンク先を指定してください
note-folder-deep = フォルダーの階層が { $limit } を超えるため、これより下は検索しませんでした。内側のフォルダーを直接指定してください
note-folder-crowded = ファイルが { $limit } 個を超えるため、残りは読み取りませんでした。より小さいフォルダーに分けて指定してください
note-no-evidence = 証拠が見つかりませんでした。wmic、PowerShell、Autoruns の出力、MOF テキスト、または `NAME_WMI.zip` のバンドルを指定してください
note-stdin-empty = 標準入力が空でした。出力ファイルまたはバンドルをパイプで渡してください
note-too-large = { $limit } MiB を超えるため読み取りませんでした。分割するか、出力する範囲を絞ってください
note-file-empty = 空のファイルです。出力の失敗か該当なしかを区別できないため、出力し直してください
note-unknown-text = 未知の形式のテキストのため読み取りませんでした。wmic、`Get-WmiObject`、`ConvertTo-Json`、Autoruns の出力、または MOF テキストが必要です
note-unknown-binary = 未知の形式のデータのため読み取りませんでした。ファイルが破損しているか、暗号化されている可能性があります
note-format-unread = 形式は判別しましたが、読み取りませんでした: { $format }
note-autoruns-arn = Autoruns 独自のバイナリ形式で、Autoruns でしか読めません。Autoruns で開いてテキストまたは XML で保存するか、`autorunsc -a * -c -h -s -nobanner` を実行してください
note-files-unread = このディスクの { $count } 個のファイルは、対応する形式ではないため読み取りませんでした
note-more = 同様の注記がほかに { $count } 件あります: { $note }

## アーカイブ

note-archive-damaged = アーカイブを開けません: { $reason }。元の場所からコピーし直してください
note-archive-crowded = アーカイブのメンバーが { $count } 個あり、上限の { $limit } 個を超えています。展開してフォルダーを指定してください
note-archive-budget = アーカイブの展開後のサイズが { $limit } MiB を超えるため、残りは読み取りませんでした。信頼できる場合は手動で展開してください
note-archive-nested = アーカイブの中のアーカイブは 1 段までしか読み取りません。このアーカイブを展開して指定してください
note-member-ratio = 展開すると { $ratio } 倍を超える、zip 爆弾のようなメンバーのため読み取りませんでした
note-member-name-unsafe = メンバー名がアーカイブの外を指しているため読み取りませんでした。収集ツールがこのような名前を付けることはありません
note-member-name-long = メンバー名が { $length } 文字または { $depth } 階層を超えるため読み取りませんでした
note-member-link = メンバーがシンボリック リンクのためたどりませんでした
note-member-encrypted = メンバーが暗号化されているため読み取りませんでした。パスワードなしで作り直してください
note-member-method = メンバーの圧縮方式 { $method } には対応していません。通常の zip で作り直してください
note-member-duplicate = アーカイブに同じ名前が複数あり、それぞれ 1 つしか読み取っていません。ほかのメンバーが隠されている可能性があります
note-member-damaged = メンバーを展開できません: { $reason }

## マニフェストとホスト

note-manifest-damaged = マニフェストを読み取れず、このバンドルの真正性を確認できません: { $reason }
note-manifest-schema = マニフェストのスキーマ `{ $schema }` はこのバージョンでは未対応です。新しい Deminer を使用してください
note-manifest-differs = `{ $member }` は収集時の内容と異なります。長さまたは SHA-256 がマニフェストと一致しません
note-manifest-missing = マニフェストにある `{ $member }` がバンドルにありません
note-manifest-unlisted = `{ $member }` はマニフェストにありません。収集後に追加されたものです
note-manifest-failure = 収集時に { $what } を読み取れませんでした: { $why }
note-record-damaged = { $line } 行目はレコードとして読み取れません: { $reason }
note-other-host = バンドルの名前は `{ $bundle }` ですが、レコードは `{ $record }` のものです。バンドルの取り違えがないか確認してください
note-host-renamed = イベントログではこのコンピューターに複数の名前があります（現在は { $name }、ほかに { $names }）。同じコンピューターとして扱いました

## Autoruns

note-autoruns-no-header = Autoruns の表に列名の行がないため読み取りませんでした。`autorunsc -c` で出力し直してください
note-autoruns-uneven = { $rows } 行で、セルの数が列の数（{ $columns }）と異なります（最初の行は { $cells } 個）。列名のないセルは番号で保持しています
note-autoruns-too-many = 項目が { $limit } 件を超えるため、残りは読み取りませんでした
note-autoruns-bad-xml = ここから先の XML が壊れています。それより前は読み取りました: { $reason }
note-autoruns-hidden = Microsoft の項目が 1 つもないため、それらとそれらを装うものが出力から除かれています。`autorunsc -a * -c -h -s -nobanner` ですべての項目を出力してください
