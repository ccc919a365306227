# Samples and what goes with them: packages, signatures, the hand-over to others.

cli-sample-packed = packed { $count ->
    [one] one sample
   *[other] { $count } samples
} into `{ $path }`, password `infected`
cli-sample-line = { $format }, { $length ->
    [one] 1 byte
   *[other] { $length } bytes
}: { $origin }
cli-sample-program = program
cli-sample-text = text
cli-sample-data = data
cli-cannot-pack = cannot put the package together: { $problem }
cli-no-finding = the evidence has no finding `{ $name }`
cli-hint-no-finding = `deminer check EVIDENCE --format json` lists the findings with their ids; a file is named by its path
cli-no-payload = nothing in `{ $named }` is a payload
cli-hint-no-payload = name a field of the finding, as `deminer check EVIDENCE --format json` shows it under `subject`, and a layer that `decoded` has

cli-hint-signature-set = `deminer signature new` makes sets of signatures of the form that is expected
cli-signature-broken = `{ $path }` is refused: it says that it is signed, and the signature does not fit its content
cli-signature-stranger = `{ $path }` is refused: it is signed with a key that `--trust` does not name
cli-signature-unsigned = `{ $path }` is refused: nobody signed it, and `--trust` asks for a signature
cli-signature-no-key = `{ $path }` is no key of the kind that is needed here
cli-hint-signature = get the set, or the key, again from where it came; `deminer signature sign` signs a set of your own, and `deminer signature keygen` makes the keys for it
cli-signature-signed = `{ $path }`, version { $version }, is signed with the key { $key }, and the signature holds
cli-signature-own = `{ $path }`, version { $version }, is not signed, and is taken as your own
cli-signature-written = a signature of { $count ->
    [one] one indicator
   *[other] { $count } indicators
} is in `{ $path }`, version { $version }
cli-signature-hashes-only = the samples have nothing of their own but their hashes: the signature knows these files again, and no others of their kind
cli-signature-left-out = left out
cli-signature-common = everybody's scripts have it
cli-signature-short = it is too short to mean anything
cli-signature-baseline = a clean machine has it, as the baseline { $name } says
cli-signature-clean = the clean evidence has it
cli-keys-written = the secret key is in `{ $secret }`: keep it where nobody else reads it; the public key is in `{ $public }`
