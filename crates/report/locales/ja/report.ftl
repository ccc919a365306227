# レポート自身の言葉。

## 判定

verdict-infected = 感染
verdict-suspicious = 疑いあり
verdict-inconclusive = 判定不能
verdict-clean = 異常なし

verdict-meaning-infected = マイナー、またはその永続化の仕組みがこのマシンにあります
verdict-meaning-suspicious = 人による確認が必要なものがあります
verdict-meaning-inconclusive = 読み取れた証拠が足りず、判定できません
verdict-meaning-clean = 読み取った範囲に該当するものはありません: { $areas }

## 尺度

severity-critical = 緊急
severity-high = 高
severity-medium = 中
severity-low = 低
severity-info = 情報

confidence-certain = 確実
confidence-likely = 有力
confidence-possible = 可能性あり

action-remove = 削除
action-restore = 復元
action-review = 要確認
action-ask-owner = 所有者に確認
action-patch = 更新を適用
action-harden = 設定を強化
action-none = 対応不要

state-ok = 良好
state-act = 要対応
state-unknown = 不明

level-error = エラー
level-warning = 警告
level-info = 情報

## 検出項目の対象

kind-subscription = WMI サブスクリプション
kind-orphan = 孤立した WMI オブジェクト
kind-stock-missing = 標準の項目の欠落
kind-class-store = クラス ストア
kind-consumer-class = コンシューマー クラス
kind-task = タスク スケジューラのタスク
kind-service = サービス
kind-driver = ドライバー
kind-run = Run の項目
kind-autostart = 自動起動の項目
kind-process = プロセス
kind-connection = 通信
kind-file = ファイル
kind-account = アカウント
kind-setting = 設定
kind-patch = セキュリティ更新プログラム
kind-hardening = 設定の強化
kind-network = ネットワーク
kind-event = イベント
kind-script = スクリプト

## 八つの段階

stage-confirm = 確認
stage-patch = 更新
stage-collect = 収集
stage-compare = 比較
stage-locate = 特定
stage-remove = 除去
stage-verify = 検証
stage-prevent = 予防

stage-question-confirm = コインマイナー、または WMI で永続化する別の感染か
stage-question-patch = Windows のセキュリティ更新プログラム、特に MS17-010 は適用済みか
stage-question-collect = 証拠は保全されているか
stage-question-compare = 正常なマシンと何が違うか
stage-question-locate = 実行ファイルかスクリプトか。どこから起動し、何を実行するか
stage-question-remove = 何をどの順で除去し、どう元に戻せるか
stage-question-verify = 消えたか、消えたままか
stage-question-prevent = 何が再侵入を許すか

## マシンの領域

area-event-filters = WMI イベント フィルター
area-event-consumers = WMI イベント コンシューマー
area-bindings = WMI バインディング
area-timers = WMI タイマー
area-other-namespaces = ほかの名前空間のサブスクリプション
area-class-stores = ペイロードを持つ WMI クラス
area-consumer-classes = コンシューマー クラスとプロバイダー
area-tasks = タスク スケジューラのタスク
area-services = サービスとドライバー
area-autostarts = Run キーなどの自動起動箇所
area-processes = プロセス
area-connections = ネットワーク接続
area-events = イベントログ
area-files = 自動起動の項目が指すファイル
area-accounts = ローカルアカウント
area-settings = マイナーが変更する設定
area-patch = セキュリティ更新プログラム
area-hardening = 設定の強化

## 見出し

heading-report = Deminer レポート
heading-overview = ホスト一覧
heading-stages = 段階
heading-findings = 検出項目（{ $count } 件）
heading-recorded = 記録のみ（{ $count } 件）
heading-coverage = 読み取った範囲
heading-duties = 人が行うべきこと ({ $count })
heading-exposure = ここで使われたアカウント ({ $count })
heading-neighbours = 関連ホスト（{ $count } 件）
heading-timeline = 時系列（{ $count } 件）
heading-notes = 証拠についての注記（{ $count } 件）
heading-run-notes = 実行についての注記（{ $count } 件）

## 項目名

label-why = 理由
label-family = ファミリー
label-confidence = 確度
label-action = 対応
label-attack = ATT&CK
label-finding-id = 検出 ID
label-next = 次の操作
label-subject = レコード
label-decoded = 復号結果
label-indicators = 痕跡
label-traits = 特徴
label-evidence = 出典
label-read = 全部
label-partial = 一部
label-not-read = 未読
label-host = ホスト
label-host-id = ホスト ID
label-verdict = 判定
label-findings = 検出
label-also-named = 別名
label-system = システム
label-custody = 証拠の保全
label-time = 時刻（UTC）
label-event = 出来事
label-layer = 第 { $number } 層

## 文

next-as-before = 「{ $stage }」と同じ
custody-verified = 証拠は収集時のままです（マニフェストと一致）
custody-unsealed = 証拠にマニフェストが付いていません
custody-broken = 証拠がマニフェストと一致しません
no-findings = 読み取った範囲に、正常なマシンにないものはありません
nothing-read = なし
areas-not-read =
    { $count ->
        [0] すべて読み取り済み
       *[other] 未読の領域 { $count } 件
    }
label-account = アカウント
label-last-use = 最後の使用
label-uses = 使われ方
exposure-explained = このマシンにいた者は、これらのパスワードを知っている可能性があります
logon-at-machine = 対話型 { $count } 回
logon-over-network = ネットワーク経由 { $count } 回
logon-other-credentials = 別の資格情報 { $count } 回
logon-remote-desktop = リモート デスクトップ { $count } 回
logon-cached = キャッシュされた資格情報 { $count } 回
logon-elsewhere = 別のマシンに対して { $count } 回
used-by-services = サービス:
used-by-tasks = スケジュールされたタスク:
neighbours-explained = 証拠の中で、ほかの被害ホスト、またはこのホストへの侵入を試みたホストとして挙げられています。これらも確認してください
place-offset = オフセット { $offset }
place-record = レコード { $record }
place-sha256 = SHA-256 { $hash }
not-opened = 第 { $number } 層は復号できなかったか、一部しか復号できませんでした: { $reason }
unopened-damaged-base64 = Base64 が途中で切れているか破損しています
unopened-damaged-stream = 圧縮データが途中で切れているか、破損しているか、大きすぎます
unopened-depth-limit = 括弧またはブロックの入れ子が深すぎます
unopened-encoded-script = Microsoft の符号化形式で書かれています
unopened-indicator-limit = 含まれる名前が多すぎて、すべては列挙していません
unopened-input-truncated = 長すぎるため、先頭部分だけを調べました
unopened-layer-limit = 層が多すぎます
unopened-length-limit = 構成要素が多すぎて、すべては追跡していません
unopened-locked-text = ユーザーのコンピューターだけにある鍵で保護された文字列が含まれています
unopened-output-limit = 展開結果が大きすぎます
unopened-step-limit = 計算の手順が多すぎます
from-layer = 第 { $number } 層から
from-field = { $field } から
partly-read = { $area }（一部）
more-lines = ほか { $count } 行
more-characters = ほか { $count } 文字
further-fields = ほかのフィールド { $count } 件
more-entries = ほか { $count } 件
shown-when-verbose = `--verbose` ですべて表示
recorded-shown-when-verbose = 記録のみの項目 { $count } 件
findings-count =
    { $count ->
        [0] 検出なし
       *[other] 検出 { $count } 件
    }
hosts-checked =
    { $count ->
        [0] 確認したホストはありません
       *[other] { $count } 台を確認
    }
cut-on-paper = 紙面では省略。ファイルには全 { $count } 文字があります
overview-below = 全ホストの一覧は末尾にあります
printed-with = deminer { $version } が出力

## 一覧と文のつなぎ方

join-sentences = { $first }。{ $second }
join-list = { $first }、{ $second }
