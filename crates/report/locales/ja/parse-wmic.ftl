# テキストと wmic の一覧の読み取りに関する注記
note-text-undecodable = { $encoding } として読めないバイトを置き換えました。名前やスクリプトに影響がある場合は、ファイルを取得し直してください
note-wmic-two-readings = 二通りに読めるレコードが { $count } 件あるため、両方を示します。何かを隠すための文字列の可能性があります。/format:rawxml で出力し直してください
note-wmic-behind-script = スクリプトの直後にレコードが { $count } 件ありますが、スクリプトがそこで終わっているとは、この一覧だけでは断定できません。確認するには /format:rawxml で出力し直してください
note-wmic-incomplete = 最後のプロパティまで揃っていないレコードが { $count } 件あります。一覧が途中で切れているので、出力し直してください
note-wmic-outside = どのレコードにも属さない行が { $count } 行あり、使用しませんでした
note-wmic-no-records = 一覧にレコードがありません。出力が成功しているか確認し、もう一度実行してください
note-wmic-no-instances = wmic はインスタンスを見つけませんでした。どのクラスについてのものかは、ファイル名からしか分かりません
note-wmic-tangled = プロパティに似た行が多すぎるため、読み落としたレコードがあるかもしれません。/format:rawxml で出力し直してください
note-wmic-csv-commas = 列の数よりコンマが多い行が { $count } 行あり、値の区切りを推定しました。確認するには /format:list または /format:rawxml で出力し直してください
note-wmic-xml-damaged = XML が壊れているため、これ以降を読み取れませんでした: { $detail }。出力し直してください
note-wmic-xml-too-deep = XML の入れ子が { $limit } 段を超えているため、これ以降を読み取りませんでした。wmic はこのようなファイルを作りません
