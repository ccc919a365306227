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
cli-nothing-learned = the samples have nothing by which they could be known again: they are empty, or too short to be anybody's own
cli-hint-nothing-learned = give the dropped file or the decoded script itself, not a piece of it
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
cli-signature-dropped = `{ $path }` was signed and is not any more, since its content changed: sign it again with `deminer signature sign`
cli-signature-hashes-only = the samples have nothing of their own but their hashes: the signature knows these files again, and no others of their kind
cli-signature-left-out = left out
cli-signature-common = everybody's scripts have it
cli-signature-short = it is too short to mean anything
cli-signature-baseline = a clean machine has it, as the baseline { $name } says
cli-signature-clean = the clean evidence has it
cli-keys-written = the secret key is in `{ $secret }`: keep it where nobody else reads it; the public key is in `{ $public }`

cli-escalated = the package is in `{ $path }`, password `infected`; { $questions ->
    [0] no question is open
    [one] one question is open
   *[other] { $questions } questions are open
}
cli-too-many-files = `{ $path }` holds more than { $limit } files
cli-hint-too-many-files = name the bundle of the machine, or pack the folder into a zip archive first
cli-handover-readme = This package hands a case over to an incident response team. All but this text is encrypted with the password infected: it holds the scripts of malware as they were found. Begin with handover.en.txt; manifest.json has the SHA-256 of each member.
cli-handover-title = Hand-over of { $host }
cli-handover-packed = Packed { $time } by { $operator }
cli-handover-verdict = Verdict: { $verdict }
cli-handover-program = A program is among what was found: `deminer sample pack` packs it for a vendor.
cli-handover-no-program = No program was found: what starts lives in scripts, WMI or the registry, so there is no file to send to a vendor.
cli-handover-stages = Where the work stands
cli-handover-stage = { $stage }: { $state }: { $summary }
cli-handover-findings = What was found
cli-handover-finding = { $severity }: { $title } [{ $id }]
cli-handover-more = and { $count } more in assessment.json
cli-handover-none = none
cli-handover-accounts = Accounts in whose name it was installed, or that stand out; every password used on this machine may be known to others
cli-handover-exposed = Accounts that were used on this machine since the first sign of the infection, or left credentials on it: their passwords must change
cli-handover-duties = What is left for people to do
cli-handover-neighbours = Other machines that the malware names, or that tried to get in
cli-handover-questions = Open questions, and what would settle them
cli-handover-missing = not read, or not completely: { $area }; { $how }
cli-handover-unclear = is it wanted? { $title } [{ $id }]
cli-handover-contents = In the package: assessment.json and assessment.en.html (everything that was judged, with its place in the evidence), timeline.json, accounts.json, questions.json, evidence/ (as it was handed over), manifest.json (SHA-256 of each member, chain of custody).
