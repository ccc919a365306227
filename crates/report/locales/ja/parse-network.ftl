# `deminer probe` の結果の読み取り

note-network-schema = 結果の形式 `{ $schema }` はこのバージョンでは読めません。結果を書き出したバージョンで読んでください
note-network-damaged = 結果が途中で切れているか、壊れています ({ $problem })。それより前の部分は読み取りました
note-network-left-out = 応答のない、または Windows ではない { $count } 個のアドレスは対象外としました
