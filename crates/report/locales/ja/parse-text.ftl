# What reading MOF and the output of PowerShell says.

note-mof-open-string = 文字列に閉じ引用符がないため、行末で終わるものとして読みました。ファイルが欠けていないか確認してください
note-mof-escape = 「\{ $character }」は MOF のエスケープではないため、そのまま残しました。mofcomp ではエラーになる記述です
note-mof-expected = ここには「{ $expected }」が必要ですが、「{ $found }」があります。該当部分は読み飛ばしたため、元のテキストを確認してください
note-mof-expected-name = ここには名前が必要ですが、「{ $found }」があります。該当部分は読み飛ばしたため、元のテキストを確認してください
note-mof-expected-value = ここには値が必要ですが、「{ $found }」があります。値は不明として扱うため、元のテキストを確認してください
note-mof-unknown-statement = 「{ $found }」はクラスでもインスタンスでもないため、次の「;」まで読み飛ばしました
note-mof-ends-early = クラスまたはインスタンスの途中でテキストが終わっており、内容が欠けています。ファイルを収集し直してください
note-mof-too-deep = 値の入れ子が { $limit } 段を超えているため、読み取りませんでした。Windows のプログラムはこのような出力をしません
note-mof-alias = エイリアス「${ $alias }」に対応する、キーの分かるインスタンスがないため、そのまま残しました
note-mof-more-problems = 同様の問題がほかに { $count } 件あります。テキストが壊れているか、MOF ではありません

note-powershell-ambiguous = 値の中にプロパティのように見える文字列があり、複数の解釈ができるレコードが { $count } 件あります。すべての解釈を残しました。何かを隠す意図の可能性があるため、ConvertTo-Json -Depth 4 で出力し直してください
note-powershell-incomplete = レコードに記されたプロパティ数と実際の数が合わないものが { $count } 件あります。一覧が途中で切れているか、書き換えられています。出力し直してください
note-powershell-no-records = 一覧にレコードがありません。出力が成功しているか確認し、もう一度実行してください
note-powershell-json-broken = JSON として正しくないオブジェクトが { $count } 件あり、読み取りませんでした（{ $detail }）。出力し直してください
note-powershell-json-cut = JSON がオブジェクトの途中で終わっているため、そのオブジェクトは読み取りませんでした。出力し直してください
note-powershell-json-foreign = JSON に WMI のものではないオブジェクトが { $count } 件あり、使用しませんでした
note-powershell-json-shallow = JSON の深さが足りず、値の型名しか表示されていないオブジェクトが { $count } 件あります。ConvertTo-Json -Depth 4 で出力し直してください
