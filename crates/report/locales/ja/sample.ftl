# 検体とそれに伴うもの：パッケージ、シグネチャ、引き継ぎ。

cli-sample-packed = 検体 { $count } 件を `{ $path }` に格納しました（パスワード: `infected`）
cli-sample-line = { $format }、{ $length } バイト: { $origin }
cli-sample-program = プログラム
cli-sample-text = テキスト
cli-sample-data = データ
cli-cannot-pack = パッケージを作成できません: { $problem }
cli-no-finding = 証拠に検出項目 `{ $name }` はありません
cli-hint-no-finding = 検出項目の ID は `deminer check EVIDENCE --format json` で確認できます。ファイルはパスで指定してください
cli-no-payload = `{ $named }` にはペイロードに当たるものがありません
cli-hint-no-payload = `deminer check EVIDENCE --format json` の `subject` にあるフィールド名と、`decoded` にある層の番号を指定してください
