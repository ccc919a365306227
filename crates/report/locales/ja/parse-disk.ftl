# Windows のディスク上のファイル（WMI リポジトリ、レジストリ ハイブなど）を読み取る部分のメッセージ

## まとめて読み取るファイル

note-set-lost = このファイルは同じフォルダーの `{ $file }` と一緒でなければ読み取れませんが、そのファイルがありません。フォルダー全体をコピーしてください
note-set-surplus = 同じフォルダーの同じ役割の別のファイルを読み取りました。コピーごとに別のフォルダーに置いてください
note-set-held = まとめて読み取るファイルの合計が { $limit } MiB を超えたため、このファイルは読み取りませんでした。このフォルダーだけを指定してください

## WMI リポジトリ

note-repository-unreadable = WMI リポジトリを読み取れません: { $reason }
note-repository-damaged = WMI リポジトリの一部を読み取れなかったか、確実には読み取れませんでした: { $reason }
note-repository-value = `{ $object }` の値を復号できません: { $reason }
note-repository-overlap = WMI リポジトリのレコードが重なり合っているため、一部のクラスを読み取りませんでした。ファイルが壊れているか、偽装されています
note-repository-unindexed = `{ $object }` は WMI リポジトリの使用中のページにありますが、索引から正しくたどれません。索引が壊れているか書き換えられています。このオブジェクトは存在するものとして扱います
note-repository-fragment = サブスクリプションのオブジェクトを復号できません。次の文字列が含まれています: { $text }

## レジストリ ハイブ

note-hive-unreadable = レジストリ ハイブを読み取れません: { $reason }
note-hive-damaged = レジストリ ハイブの一部を読み取れませんでした: { $reason }
note-hive-unreplayed = 書き込み途中のレジストリ ハイブですが、変更を補うトランザクション ログがありません。`.LOG1` と `.LOG2` も一緒にコピーしてください
note-hive-other = SYSTEM、SOFTWARE、SAM、ユーザーのいずれのハイブでもないため、調べる内容がありません
note-hive-outdated = Windows が控えとして残した過去のハイブのため、読み取りませんでした。読み取るには、このファイル自体を指定してください
note-hive-tasks-cut = レジストリ ハイブのタスクが { $limit } 件を超えています。残りは読み取っていません
note-hive-rules-cut = レジストリ ハイブに Windows 標準以外のファイアウォールの規則が { $limit } 件を超えています。残りは読み取っていません
note-hive-stores-cut = レジストリ ハイブには、ペイロードの可能性がある値がほかに { $count } 件ありますが、疑わしい順に { $limit } 件だけを判定しました
note-hive-recovered = レジストリ ハイブの { $count } 件のキーは、破損または削除のためルートからたどれません。その内容は過去の情報として扱います
note-task-unread = タスクの保存場所にありますが、タスクとして読み取れないファイルです
note-hosts-cut = hosts ファイルのホスト名が { $limit } 件を超えています。残りは読み取っていません
note-policy-scripts-cut = ポリシーのスクリプトは最初の { $limit } 件だけ読み取りました
