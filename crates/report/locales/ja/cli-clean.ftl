# 駆除、取り消し、確認を行うときのコマンドラインの文言

cli-clean-needs-windows = 駆除、取り消し、確認は対象の Windows マシン上で行います。ここは Windows ではありません
cli-hint-clean-needs-windows = 対象のマシンで実行してください。ここでは `deminer clean plan.json` で計画の内容を確認でき、`deminer script plan.json` でスクリプトにできます
cli-hint-elevate = 「管理者として実行」でコマンド プロンプトを開き、その中で起動してください
cli-hint-case = `deminer clean --apply` が作成したフォルダーを指定してください。plan.json と journal.jsonl があり、管理者だけが開けます
cli-hint-case-path = ローカル ドライブ上のフォルダーを C:\case-1 のような完全なパスで指定してください。親フォルダーは事前に必要です
cli-hint-other-host = このマシン用の計画を作成してください。計画を指定せずに `deminer clean` を実行すると作成されます
cli-hint-not-verified = 先に、できれば再起動後に、ケースに対して `deminer verify` を実行してください
cli-nobody-to-ask = 確認に答える人がいないため、変更しません。確認の要らないものだけを行うには --yes を、除外するには --exclude を指定してください
cli-ask-action = { $verb }: { $target }。{ $reason }。内容だけでは判断できません。実行しますか
cli-case-is = バックアップ、記録、結果は `{ $path }` に保存します
cli-nothing-changed = 何も変更していません。実行するには --apply を付けてください
cli-unseen = ここは計画の対象のマシンではないため、計画どおりの状態かどうかは確認していません。対象のマシンでこの計画を指定して `deminer clean` を実行すると確認し、--apply を付けると実行します
cli-would-stop = --apply を付けても開始されません: { $why }
cli-unpatched = 計画の作成時にセキュリティ更新プログラムが不足していました。--apply の前に適用するか、--contain または --unpatched を付ける必要があります
cli-too-little-read = 駆除するものは見つかりませんでしたが、読み取れた範囲が少なく、問題なしとは言えません。不足しているものは `deminer check` で確認できます
cli-nothing-by-content = 人の判断なしに削除するものはありません。`deminer check` の検出結果を確認し、削除するものを --include で指定してください
cli-restart = 一部は再起動時に完了します。再起動してから確認してください
cli-next-verify = 次は、今と再起動後に `deminer verify { $case }` を実行してください。`deminer undo { $case }` で元に戻せます
cli-held-back = 再び起動させるものは戻していません。--rearm を付けるとそれも戻します
cli-stopped = 中断しました: { $why }
cli-watching = { $seconds } 秒間、{ $pause } 秒ごとに確認します
cli-changed-at = { $time }:
cli-arrived = { $time }: 駆除後に新しく現れたもの: { $what }
cli-verify-passed = { $held ->
    [0] ケースに操作はありません
   *[other] 実行した { $held } 件はすべて保たれています
}
cli-verify-failed = { $held } 件は保たれていますが、{ $other } 件は違います
cli-again-nothing = マシンを読み直しました。新たに削除すべきものはありません
cli-again-found = マシンを読み直したところ、新たに削除すべきものがありました ({ $count } 件):
cli-again-failed = 新しいものがあるかどうか判定できません: { $why }
cli-again-unread = 読み取れなかった項目: { $areas }
cli-clean-again = 次の手順: `deminer clean` で新しいものへの対処を確認し、`--apply` を付けて実行してください

cli-run-dry = { $host } の予行(変更なし)
cli-run-apply = { $host } を駆除しています
cli-run-resume = { $host } の駆除を再開しています
cli-run-purge = { $host } で無効にしたものを削除しています
cli-run-undo = { $host } の駆除を取り消しています
cli-run-verify = { $host } の駆除結果を確認しています

cli-action-reason = 理由: { $reason } ({ $findings })
cli-action-safety = バックアップ: { $backup }。実行後の確認: { $check }
cli-action-no-backup = 不要
cli-target-plain = { $name }
cli-target-service = サービス { $name }
cli-target-task = タスク { $name }
cli-target-stock = 標準の項目 { $name }
cli-outcome-undone = 取り消し済み
cli-outcome-planned = 実行予定
cli-outcome-done = 完了
cli-outcome-at-restart = 再起動時に完了
cli-outcome-as-it-should = 対応不要
cli-outcome-refused = 変更なし
cli-outcome-held-back = 保留
cli-outcome-failed = 失敗
cli-outcome-unknown = 不明
cli-sum-planned = 実行予定 { $count } 件
cli-sum-done = 完了し確認済み { $count } 件
cli-sum-as-it-should = 対応不要 { $count } 件
cli-sum-at-restart = 再起動時に完了 { $count } 件
cli-sum-held-back = 保留 { $count } 件
cli-sum-left = 残り { $count } 件
cli-sum-nothing = 実行することはありません

cli-now-gone = 消滅
cli-now-kept = 維持
cli-now-back = 復活
cli-now-changed = 変化
cli-now-at-restart = 再起動時に完了
cli-now-not-done = 未実行
cli-now-undone = 取り消し済み
cli-now-unknown = 不明

cli-backup-json = すべてのプロパティ
cli-backup-mof = MOF テキスト
cli-backup-configuration = 構成
cli-backup-xml = XML
cli-backup-value = 元の値
cli-backup-quarantine = 暗号化したファイル
cli-check-present = 存在すること
cli-check-accepted = Windows が受け付けたこと
cli-check-disabled = 無効であること
cli-check-absent = 存在しないこと
cli-check-equals = 既定値であること
cli-check-by-hand = 手動で確認

cli-ask-plan = 計画に含めますか
cli-next-clean = 次は、対象のマシンで `deminer clean { $plan }` を実行すると内容を確認でき、--apply を付けると実行します。スクリプトしか実行できないマシンでは `deminer script { $plan }` を使用してください
cli-next-clean-only = 次は、対象のマシンで `deminer clean { $plan }` を実行すると内容を確認でき、--apply を付けると実行します
cli-plan-gaps = マシンの設定の不備のうち { $count } 件は計画で解消できます。`--interactive` で 1 件ずつ確認するか、`--include ID` で追加してください
cli-updates-elsewhere = `{ $path }` のパッケージは対象のマシン上でインストールしますが、このフォルダーのそのマシン上のパスが分かりません
cli-updates-path = `{ $path }` は、マシンのローカル ドライブ上のフォルダーを示す通常のパスではありません
cli-hint-updates-path = `--updates-on-machine 'D:\updates'` のようにマシン上のパスを指定するか、そのマシンで計画を作成してください
cli-no-terminal = 標準入力が端末ではないため、質問できません
cli-unanswered = 質問への回答が途中で終わったため、計画は作成していません
cli-hint-no-terminal = --interactive を付けずに、--include と --exclude で検出結果を選んでください

cli-experimental = この種類のマシンでは `deminer selftest` に合格していないため、試験的な実行です。短時間で、元に戻せるかどうかを確かめられます
cli-selftest-passed = { $kind } で合格: { $steps } 件すべて
cli-selftest-failed = { $kind } で不合格: { $steps } 件中 { $failed } 件が失敗
cli-step-ok = 成功
cli-step-without = このコンピューターで扱えないものを除いて試しました: { $what }
cli-phase-make = 作成: { $object }
cli-phase-remove = 削除または無効化: { $object }
cli-phase-verify = 確認: { $object }
cli-phase-purge = 完全な削除: { $object }
cli-phase-undo = 復元: { $object }
cli-phase-compare = 比較: { $object }
cli-phase-tidy = 後片付け: { $object }

cli-opened-hello = Deminer はこのマシンにコイン マイナーがないかを調べます。数分かかりますが、何も変更せず、どこにも送信しません。コマンドを使うと他のこともできます。ここでコマンド プロンプトを開き、`deminer --help` と入力してください
cli-opened-nothing = 読み取った範囲では何も見つかりませんでした
cli-opened-found = 対応が必要なものが見つかりました。内容、理由、次に実行するコマンドは報告書にあります
cli-opened-unknown = 読み取れた範囲が少なく、問題がないかどうか判断できません。不足しているものと入手方法は報告書にあります
cli-opened-report = 報告書は `{ $path }` です
cli-opened-ask = ブラウザーで開きますか
cli-opened-by-hand = 開けませんでした。ダブルクリックで開いてください
cli-opened-end = Enter キーを押すとこのウィンドウを閉じます
