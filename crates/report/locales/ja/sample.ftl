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

cli-hint-signature-set = 正しい形式のシグネチャセットは `deminer signature new` で作成できます
cli-signature-broken = `{ $path }` は使用できません: 署名付きとされていますが、署名が内容と一致しません
cli-signature-stranger = `{ $path }` は使用できません: `--trust` で指定されていない鍵で署名されています
cli-signature-unsigned = `{ $path }` は使用できません: `--trust` が指定されていますが、署名がありません
cli-signature-no-key = `{ $path }` は、ここで必要な種類の鍵ではありません
cli-hint-signature = セットまたは鍵を入手元から取り直してください。自作のセットには `deminer signature sign` で署名でき、その鍵は `deminer signature keygen` で作成できます
cli-signature-signed = `{ $path }`（バージョン { $version }）は鍵 { $key } で署名されており、署名は有効です
cli-signature-own = `{ $path }`（バージョン { $version }）には署名がないため、自作のセットとして扱います
cli-signature-written = 指標 { $count } 件のシグネチャを `{ $path }`（バージョン { $version }）に書き込みました
cli-signature-hashes-only = 検体に固有の特徴はハッシュ値だけでした。このシグネチャで見つかるのは同一のファイルのみで、亜種は見つかりません
cli-signature-left-out = 除外したもの
cli-signature-common = 一般的なスクリプトにも含まれています
cli-signature-short = 短すぎて特徴になりません
cli-signature-baseline = ベースライン「{ $name }」によると、正常なコンピューターにも存在します
cli-signature-clean = 正常な証拠にも含まれています
cli-keys-written = 秘密鍵を `{ $secret }` に書き込みました。他人に読まれない場所に保管してください。公開鍵は `{ $public }` です
