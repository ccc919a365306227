# 実行中のプロセスとその通信相手。
title-process = 実行中のプロセス: { $program }({ $pid })
title-processes = 実行中のプロセス { $count } 個: { $program }
title-connection = { $process } による { $partner } への接続
reason-busy = 現在、全プロセッサーの { $percent } % を使用しており、これまでに { $minutes } 分のプロセッサー時間を使っています
reason-no-window = ウィンドウがなく、利用者には見えません
reason-runs-scripts = このプログラムは Windows 付属のもので、渡されたものを実行します。何を実行しているかは、コマンドラインと起動元のプロセスで確かめてください
reason-wmi-child = WMI サブスクリプションで指定されたものを起動する { $parent } から起動されています。そこから起動され、現在も動いているスクリプトホスト: { $count } 個
reason-lasting = CPU を使い続けながら、{ $partner } に { $minutes } 分間接続しています
reason-module = スクリプトを実行するプログラムが、どのプログラムでも書き込める場所からライブラリを読み込んでいます: { $module }
reason-mines-openly = 隠れずに採掘しています。所有者が意図して動かしている可能性があるため、確認してください
reason-pool-address = マイニングプールのアドレス { $address } に接続しています({ $source })
reason-mining-port = { $partner } に接続しています。マイニングプールがよく使うポートですが、それだけでは証拠になりません
