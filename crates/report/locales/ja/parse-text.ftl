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
