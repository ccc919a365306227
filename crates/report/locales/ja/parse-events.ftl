# イベントログとスケジュールされたタスクの読み取りに関する注記

note-events-damaged = イベントログがここで壊れています。残りは読み取りました: { $reason }
note-events-records-damaged = ログのこの部分で { $count } 件のイベントを読み取れません（最初の理由: { $reason }）
note-events-cut = イベントログが途中で切れています（{ $expected } 個中 { $found } 個）。元の場所からコピーし直してください
note-events-too-long = イベントログが { $limit } MiB を超えるため、先頭部分だけを読み取りました。`wevtutil epl` で分割してください
note-events-slow = イベントログの読み取りに { $seconds } 秒を超えたため、残りは読み取りませんでした
note-events-left-out = イベント `{ $event }` のうち、ログ中間の { $count } 件を省きました。残したのは合計 { $kept } 件で、最初と最後のもののほか、内容から中間の { $between } 件を含みます
note-events-left-out-telling = 注意を要する語を含むイベント `{ $event }` が多すぎるため、{ $count } 件を残せませんでした。`wevtutil epl` でログを分割してください
note-events-no-subscriptions = このログにはイベント 5859～5861 がありません。Windows 7 と Server 2012 R2 は記録せず、それ以外では上書きまたは消去されています。サブスクリプションが登録されたかどうかは、このログからは判断できません
note-events-object = イベント { $event }（レコード { $record }）に含まれるオブジェクトを読み取れません。イベント自体を確認してください
note-events-script-parts = { $count } 個のスクリプトの一部がログにありません。残っている部分だけをつなぎました
note-events-not-json = { $line } 行目は JSON ではないため読み取りませんでした: { $reason }
note-events-incomplete = 日時を読み取れないイベントが { $count } 件あり、残しませんでした

note-task-bad-xml = ここから先のタスクが壊れています。それより前は読み取りました: { $reason }
note-task-other-name = タスク自身の名前は `{ $uri }` ですが、ファイルは `{ $place }` のものです
note-task-job-cut = タスクのファイルが途中で切れています。残っている部分だけを読み取りました
note-defender-log-cut = このログには { $limit } 種類を超える検出が記録されています。残りは保持されていません
note-detection-history-unreadable = Defender の検出記録に脅威の名前または時刻がありません
