use super::*;
use crate::Intel;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn decide(facts: &PatchFacts) -> Decision {
    Intel::builtin().ms17_010().decide(facts)
}

fn windows(version: &str) -> PatchFacts {
    let mut numbers = version.splitn(4, '.');
    let revision = numbers.nth(3).map(|revision| revision.parse().unwrap());
    PatchFacts { version: Some(version.parse().unwrap()), revision, ..PatchFacts::default() }
}

fn with_file(version: [u16; 4]) -> PatchFacts {
    PatchFacts { srv_sys: Some(SrvSys::Version(version)), ..PatchFacts::default() }
}

fn with_updates(version: &str, updates: &[u32]) -> PatchFacts {
    PatchFacts { updates: updates.iter().copied().collect(), list: UpdateList::Whole, ..windows(version) }
}

/// The table of versions as Microsoft's script, Tenable and `OpenVAS` give it, branch by branch.
const MINIMA: &[(&str, [u16; 4], Option<u32>)] = &[
    ("Windows XP SP3", [5, 1, 2600, 7208], Some(4_012_598)),
    ("Windows Server 2003 SP2, XP x64 SP2", [5, 2, 3790, 6021], Some(4_012_598)),
    ("Windows Vista SP2, Server 2008 SP2 (GDR)", [6, 0, 6002, 19743], Some(4_012_598)),
    ("Windows Vista SP2, Server 2008 SP2 (LDR)", [6, 0, 6002, 24067], Some(4_012_598)),
    ("Windows 7 SP1, Server 2008 R2 SP1", [6, 1, 7601, 23689], Some(4_012_215)),
    ("Windows 8, Server 2012", [6, 2, 9200, 22099], None),
    ("Windows 8.1, Server 2012 R2", [6, 3, 9600, 18604], Some(4_012_216)),
    ("Windows 10 1507", [10, 0, 10240, 17319], Some(4_012_606)),
    ("Windows 10 1511", [10, 0, 10586, 839], Some(4_013_198)),
    ("Windows 10 1607, Server 2016", [10, 0, 14393, 953], Some(4_013_429)),
];

#[test]
fn srv_sys_below_at_and_above_each_boundary() {
    for (product, minimum, install) in MINIMA {
        let [major, minor, build, fourth] = *minimum;
        let at = |fourth| decide(&with_file([major, minor, build, fourth]));
        for fixed in [at(fourth), at(fourth + 1)] {
            assert_eq!((fixed.answer, fixed.certainty), (Answer::Fixed, Certainty::Certain), "{product}");
            assert_eq!((fixed.settle.as_slice(), fixed.remedies.as_slice()), (&[][..], &[][..]), "{product}");
        }
        let below = at(fourth - 1);
        assert_eq!((below.answer, below.certainty), (Answer::NotFixed, Certainty::Certain), "{product}");
        let Some(Remedy::Install { update, .. }) = below.remedies.first() else { panic!("{below:?}") };
        assert!(install.is_none_or(|install| install == *update), "{product}: KB{update}");
    }
}

#[test]
fn general_and_limited_distribution_have_their_own_boundaries() {
    // A number between the two minima is fixed in one branch and open in the other.
    for (fourth, answer) in [
        (18_005, Answer::NotFixed),
        (19_742, Answer::NotFixed),
        (19_743, Answer::Fixed),
        (19_999, Answer::Fixed),
        (20_000, Answer::NotFixed),
        (24_066, Answer::NotFixed),
        (24_067, Answer::Fixed),
    ] {
        assert_eq!(decide(&with_file([6, 0, 6002, fourth])).answer, answer, "{fourth}");
    }
    assert_eq!(decide(&with_file([6, 0, 6003, 20489])).answer, Answer::Fixed);
}

#[test]
fn build_and_revision_below_at_and_above_each_boundary() {
    for (build, minimum) in [(10_240, 17_319), (10_586, 839), (14_393, 953)] {
        let at = |revision: u32| decide(&windows(&format!("10.0.{build}.{revision}")));
        assert_eq!(at(minimum - 1).answer, Answer::NotFixed, "{build}");
        assert_eq!(at(minimum).answer, Answer::Fixed, "{build}");
        assert_eq!(at(minimum + 1).answer, Answer::Fixed, "{build}");
        let unknown = decide(&windows(&format!("10.0.{build}")));
        assert_eq!(unknown.answer, Answer::Unknown);
        assert_eq!(unknown.settle, [Settle::SrvSysVersion, Settle::Revision, Settle::Network]);
    }
}

#[test]
fn windows_since_1703_was_released_with_the_fix() {
    for (build, answer) in [
        (15_062, Answer::Unknown),
        (15_063, Answer::Fixed),
        (16_299, Answer::Fixed),
        (17_134, Answer::Fixed),
        (17_763, Answer::Fixed),
        (18_362, Answer::Fixed),
        (20_348, Answer::Fixed),
        (26_200, Answer::Fixed),
    ] {
        assert_eq!(decide(&windows(&format!("10.0.{build}"))).answer, answer, "{build}");
    }
}

#[test]
fn rollup_packages_below_at_and_above_each_boundary() {
    for (build, minimum, below) in [
        (7_601, 23_689, Answer::Unknown),
        (9_200, 22_099, Answer::Unknown),
        (9_600, 18_604, Answer::Unknown),
        (10_240, 17_319, Answer::NotFixed),
        (10_586, 839, Answer::NotFixed),
        (14_393, 953, Answer::NotFixed),
    ] {
        let at = |revision| {
            let rollups = vec![Rollup { build, revision: 1 }, Rollup { build, revision }];
            decide(&PatchFacts { rollups, ..PatchFacts::default() }).answer
        };
        assert_eq!([at(minimum - 1), at(minimum), at(minimum + 1)], [below, Answer::Fixed, Answer::Fixed]);
    }
    // Whether the rollups of Server 2008 carry the file is not known.
    let rollups = vec![Rollup { build: 6002, revision: 24_500 }];
    assert_eq!(decide(&PatchFacts { rollups, ..windows("6.0.6002") }).answer, Answer::Unknown);
}

#[test]
fn identities_of_rollup_packages() {
    let rollup = |build, revision| Some(Rollup { build, revision });
    for (identity, expected) in [
        ("Package_for_RollupFix~31bf3856ad364e35~amd64~~7601.24002.1.4", rollup(7601, 24_002)),
        ("package_for_rollupfix~31bf3856ad364e35~x86~~14393.953.1.0", rollup(14_393, 953)),
        ("Package_for_KB4012212~31bf3856ad364e35~amd64~~6.1.1.0", None),
        ("Package_for_RollupFix~31bf3856ad364e35~amd64~~x.y", None),
        ("ü", None),
    ] {
        assert_eq!(Rollup::from_identity(identity), expected, "{identity}");
    }
}

/// The updates of spring 2017 by product, and whether they hold the fix.
const UPDATES: &[(&str, &str, &[u32], &[u32])] = &[
    ("5.1.2600", "", &[4_012_598], &[]),
    ("5.2.3790", "", &[4_012_598], &[]),
    ("6.0.6002", "", &[4_012_598, 4_018_466], &[]),
    (
        "6.1.7601",
        "",
        &[
            4_012_212, 4_012_215, 4_012_218, 4_015_549, 4_015_552, 4_019_263, 4_019_264, 4_019_265,
            4_022_719, 4_022_168, 4_467_107, 4_493_472, 4_534_310,
        ],
        &[4_015_546, 4_022_722],
    ),
    ("6.2.9200", "Windows 8 Pro", &[4_012_598], &[4_012_217]),
    (
        "6.2.9200",
        "Windows Server 2012 Standard",
        &[
            4_012_214, 4_012_217, 4_012_220, 4_015_551, 4_015_554, 4_019_214, 4_019_216, 4_019_218,
            4_022_724, 4_022_721,
        ],
        &[4_015_548, 4_022_718, 4_012_598],
    ),
    (
        "6.3.9600",
        "",
        &[
            4_012_213, 4_012_216, 4_012_219, 4_015_550, 4_015_553, 4_019_213, 4_019_215, 4_019_217,
            4_022_726, 4_022_720, 4_489_881,
        ],
        &[4_015_547, 4_022_717],
    ),
    ("10.0.10240", "", &[4_012_606, 4_016_637, 4_015_221, 4_019_474, 4_022_727, 4_032_695], &[3_210_720]),
    ("10.0.10586", "", &[4_013_198, 4_016_636, 4_015_219, 4_019_473, 4_022_714, 4_032_693], &[3_210_721]),
    (
        "10.0.14393",
        "",
        &[4_013_429, 4_015_438, 4_016_635, 4_015_217, 4_019_472, 4_023_680, 4_022_715, 4_022_723, 4_034_661],
        &[3_213_986, 3_205_409, 4_013_389],
    ),
];

#[test]
fn each_update_of_the_table_by_its_product() {
    for (version, product, fixes, others) in UPDATES {
        let facts = |update: u32| PatchFacts {
            product: (!product.is_empty()).then(|| (*product).to_owned()),
            ..with_updates(version, &[3_000_001, update])
        };
        for update in *fixes {
            let decision = decide(&facts(*update));
            assert_eq!(decision.answer, Answer::Fixed, "KB{update} on {version} {product}");
            assert_eq!(decision.certainty, Certainty::Likely);
        }
        for update in *others {
            assert_eq!(decide(&facts(*update)).answer, Answer::Unknown, "KB{update} on {version} {product}");
        }
    }
}

#[test]
fn a_list_alone_tells_the_product_where_it_can() {
    let fixed = PatchFacts {
        updates: BTreeSet::from([4_467_107, 2_999_226]),
        list: UpdateList::Whole,
        ..PatchFacts::default()
    };
    let decision = decide(&fixed);
    assert_eq!(decision.answer, Answer::Fixed);
    let products = "Windows 7 SP1 / Server 2008 R2 SP1".to_owned();
    assert_eq!(decision.evidence, [Sign::Update { update: 4_467_107, products }]);
    // No machine has updates of two products.
    let mixed = PatchFacts { updates: BTreeSet::from([4_467_107, 4_013_429]), ..fixed };
    let decision = decide(&mixed);
    assert_eq!((decision.answer, decision.contradictions.len()), (Answer::Unknown, 2));
}

#[test]
fn what_is_missing_from_a_list_says_nothing() {
    let decision = decide(&with_updates("6.1.7601", &[958_488, 976_902]));
    assert_eq!(decision.answer, Answer::Unknown);
    assert_eq!(decision.evidence, [Sign::NotInList]);
    assert_eq!(decision.settle, [Settle::SrvSysVersion, Settle::Network]);
    assert_eq!(decide(&with_updates("6.1.7601", &[])).evidence, [Sign::ListEmpty]);
    let list = UpdateList::Truncated { listed: 245, counted: Some(273) };
    let decision = decide(&PatchFacts { list, ..with_updates("6.1.7601", &[2_999_226]) });
    assert_eq!(decision.evidence, [Sign::ListTruncated { listed: 245, counted: Some(273) }]);
    assert!(decision.settle.contains(&Settle::WholeList));
}

#[test]
fn a_list_of_another_product_contradicts() {
    let decision = decide(&with_updates("6.3.9600", &[4_013_429]));
    assert_eq!(decision.answer, Answer::Unknown);
    let products = "Windows 10 1607 / Server 2016".to_owned();
    assert_eq!(decision.contradictions, [Sign::ForeignUpdate { update: 4_013_429, products }]);
    let decision = decide(&with_updates("10.0.19045", &[4_013_429]));
    assert_eq!((decision.answer, decision.certainty), (Answer::Fixed, Certainty::Likely));
}

#[test]
fn the_stronger_evidence_decides_and_the_other_is_shown() {
    let facts = PatchFacts {
        srv_sys: Some(SrvSys::Version([6, 1, 7601, 23_688])),
        network: Some(NetworkAnswer::Fixed),
        ..with_updates("6.1.7601", &[4_012_212])
    };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::NotFixed, Certainty::Likely));
    assert_eq!(decision.contradictions.len(), 2, "{decision:?}");
    assert!(decision.settle.contains(&Settle::SrvSysVersion));
}

#[test]
fn several_versions_of_windows_leave_the_answer_open_to_doubt() {
    let versions = BTreeSet::from([Version::new(6, 1, 7601), Version::new(6, 3, 9600)]);
    let doubt = Sign::SeveralVersions { versions: versions.iter().copied().collect() };
    let facts = PatchFacts {
        versions,
        updates: BTreeSet::from([4_012_212]),
        list: UpdateList::Whole,
        ..PatchFacts::default()
    };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::Fixed, Certainty::Possible));
    assert_eq!(decision.contradictions, std::slice::from_ref(&doubt));
    assert!(decision.settle.contains(&Settle::Product), "{decision:?}");
    let facts = PatchFacts { srv_sys: Some(SrvSys::Version([6, 1, 7601, 24_000])), ..facts };
    assert_eq!(decide(&facts).contradictions, [doubt]);
}

#[test]
fn readings_that_contradict_each_other_are_shown() {
    let facts = PatchFacts { other_revisions: BTreeSet::from([2000, 2001]), ..windows("10.0.14393.10") };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::NotFixed, Certainty::Likely));
    assert_eq!(decision.contradictions, [Sign::Revision { build: 14_393, found: 2000, minimum: 953 }]);

    // The most careful one decides, also where another machine's file has the lower number.
    let file = |fourth| SrvSys::Version([10, 0, 14_393, fourth]);
    let facts = PatchFacts {
        srv_sys: Some(SrvSys::Version([6, 1, 7601, 24_000])),
        other_files: BTreeSet::from([file(10), file(2000)]),
        ..windows("10.0.14393")
    };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::NotFixed, Certainty::Likely));
    assert_eq!(decision.contradictions.len(), 2, "{decision:?}");

    let facts = PatchFacts {
        network: Some(NetworkAnswer::NotFixed),
        other_answers: BTreeSet::from([NetworkAnswer::Fixed, NetworkAnswer::Unclear]),
        ..windows("6.1.7601")
    };
    let decision = decide(&facts);
    assert_eq!(decision.contradictions, [Sign::Network(NetworkAnswer::Fixed)]);
    assert_eq!(decision.remarks, [Sign::Network(NetworkAnswer::Unclear)]);

    // What says the same twice contradicts nothing, a file that is there and is not does.
    let facts = PatchFacts { other_revisions: BTreeSet::from([2000]), ..windows("10.0.14393.1000") };
    assert_eq!((decide(&facts).contradictions, decide(&facts).certainty), (vec![], Certainty::Certain));
    let facts =
        PatchFacts { other_files: BTreeSet::from([SrvSys::Absent]), ..with_file([6, 1, 7601, 23_689]) };
    assert_eq!(decide(&facts).contradictions, [Sign::SrvSysAbsent]);
}

#[test]
fn a_rollup_of_another_windows_contradicts() {
    let rollup = |build, revision| vec![Rollup { build, revision }];
    let facts = PatchFacts { rollups: rollup(7601, 24_545), ..windows("6.3.9600") };
    let decision = decide(&facts);
    assert_eq!(decision.answer, Answer::Unknown);
    assert_eq!(decision.contradictions, [Sign::ForeignRollup { build: 7601, revision: 24_545 }]);
    for (version, build) in [
        ("6.1.7601", 7601),
        ("6.0.6003", 6002),
        ("6.0.6002", 6003),
        ("10.0.19045", 19_041),
        ("10.0.18363", 18_362),
    ] {
        let facts = PatchFacts { rollups: rollup(build, 1), ..windows(version) };
        assert_eq!(decide(&facts).contradictions, [], "{version}");
    }
}

#[test]
fn windows_embedded_8_may_have_the_updates_of_the_server() {
    let with = |product: &str, update| {
        let facts = with_updates("6.2.9200", &[update]);
        decide(&PatchFacts { product: Some(product.to_owned()), ..facts })
    };
    for (product, client, server) in [
        ("Windows Embedded 8 Standard", Answer::Fixed, Answer::Fixed),
        ("Windows 8 Pro", Answer::Fixed, Answer::Unknown),
        ("Windows Server 2012 Standard", Answer::Unknown, Answer::Fixed),
    ] {
        assert_eq!(with(product, 4_012_598).answer, client, "{product}");
        assert_eq!(with(product, 4_012_217).answer, server, "{product}");
    }
    assert_eq!(with("Windows Embedded 8 Standard", 1_000_001).remedies.len(), 2);
}

#[test]
fn a_file_of_another_windows_decides_nothing() {
    let facts =
        PatchFacts { srv_sys: Some(SrvSys::Version([6, 1, 7601, 23_689])), ..windows("10.0.14393.10") };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::NotFixed, Certainty::Likely));
    assert_eq!(decision.contradictions, [Sign::SrvSysForeign { found: [6, 1, 7601, 23_689] }]);
    // Enablement packages raise the build, not the files.
    let facts = PatchFacts { srv_sys: Some(SrvSys::Version([10, 0, 19041, 1])), ..windows("10.0.19045") };
    assert_eq!(decide(&facts).contradictions, []);
}

#[test]
fn no_server_for_smbv1_is_neither_fixed_nor_open() {
    let facts = PatchFacts { srv_sys: Some(SrvSys::Absent), ..windows("6.3.9600") };
    let decision = decide(&facts);
    assert_eq!(decision.answer, Answer::Unknown);
    assert_eq!(decision.evidence, [Sign::SrvSysAbsent]);
    assert_eq!(decision.settle, [Settle::Network]);
}

#[test]
fn a_restart_that_is_due_makes_every_answer_less_sure() {
    let facts = PatchFacts { restart_pending: true, ..with_file([6, 1, 7601, 23_689]) };
    let decision = decide(&facts);
    assert_eq!((decision.answer, decision.certainty), (Answer::Fixed, Certainty::Likely));
    assert_eq!(decision.settle, [Settle::Restart]);
    assert_eq!(decision.remarks, [Sign::RestartPending]);
}

#[test]
fn service_packs_that_never_got_the_update() {
    for (version, service_pack, remedy) in [
        ("6.1.7600", None, Some((1, 4_012_215))),
        ("6.0.6000", None, Some((2, 4_012_598))),
        ("6.0.6001", Some(1), Some((2, 4_012_598))),
        ("5.1.2600", Some(0), Some((3, 4_012_598))),
        ("5.1.2600", Some(2), Some((3, 4_012_598))),
        ("5.2.3790", Some(1), Some((2, 4_012_598))),
        ("5.0.2195", Some(4), None),
    ] {
        let decision = decide(&PatchFacts { service_pack, ..windows(version) });
        assert_eq!(decision.answer, Answer::Unknown, "{version}");
        let service_pack = service_pack.unwrap_or(0);
        assert_eq!(decision.evidence, [Sign::Unserviced { service_pack }], "{version}");
        let expected = |remedy: &Remedy| match remedy {
            Remedy::ServicePackFirst { service_pack, update, .. } => Some((*service_pack, *update)),
            _ => None,
        };
        assert_eq!(decision.remedies.iter().map(expected).collect::<Vec<_>>(), [remedy], "{version}");
    }
    let decision = decide(&with_file([6, 1, 7600, 16_385]));
    assert_eq!(decision.answer, Answer::NotFixed);
    assert!(matches!(decision.remedies[..], [Remedy::ServicePackFirst { service_pack: 1, .. }]));
    assert_eq!(decide(&with_file([5, 0, 2195, 7_000])).remedies, [Remedy::None]);
}

#[test]
fn odd_input_has_a_clear_answer() {
    let nothing = decide(&PatchFacts::default());
    assert_eq!((nothing.answer, nothing.remedies.len()), (Answer::Unknown, 0));
    assert_eq!(nothing.settle, [Settle::SrvSysVersion, Settle::Product, Settle::Network]);

    let future = decide(&windows("10.0.99999"));
    assert_eq!((future.answer, future.certainty), (Answer::Fixed, Certainty::Likely));
    assert_eq!(future.evidence, [Sign::FutureBuild { build: 99_999 }]);

    for unknown in ["11.0.30000", "4.0.1381", "10.0.14999"] {
        let decision = decide(&windows(unknown));
        assert_eq!(decision.answer, Answer::Unknown, "{unknown}");
        assert_eq!(decision.evidence, [Sign::UnknownVersion(unknown.parse().unwrap())]);
    }

    let eight = decide(&windows("6.2.9200"));
    assert_eq!(eight.remedies.len(), 2, "Windows 8 and Server 2012 have their own updates");
}

#[test]
fn the_network_decides_where_nothing_else_does() {
    for (network, answer) in [
        (NetworkAnswer::Fixed, Answer::Fixed),
        (NetworkAnswer::NotFixed, Answer::NotFixed),
        (NetworkAnswer::NotOffered, Answer::Unknown),
        (NetworkAnswer::Unclear, Answer::Unknown),
    ] {
        assert_eq!(decide(&PatchFacts { network: Some(network), ..windows("6.1.7601") }).answer, answer);
    }
}

proptest! {
    #[test]
    fn lists_alone_never_say_that_the_fix_is_missing(
        line in 0..10_usize, updates in proptest::collection::btree_set(4_000_000..5_100_000_u32, 0..20),
    ) {
        let version = Intel::builtin().ms17_010().lines[line].version;
        let facts = PatchFacts {
            version: Some(version), updates, list: UpdateList::Whole, ..PatchFacts::default()
        };
        prop_assert_ne!(decide(&facts).answer, Answer::NotFixed);
    }

    #[test]
    fn every_decision_has_a_ground_and_every_unknown_a_way_on(
        version in proptest::option::of((5..11_u32, 0..4_u32, 2600..30_000_u32)),
        revision: Option<u32>, file: Option<[u16; 4]>, restart_pending: bool,
    ) {
        let facts = PatchFacts {
            version: version.map(|(major, minor, build)| Version::new(major, minor, build)),
            revision,
            srv_sys: file.map(SrvSys::Version),
            restart_pending,
            ..PatchFacts::default()
        };
        let decision = decide(&facts);
        match decision.answer {
            Answer::Unknown => prop_assert!(!decision.settle.is_empty()),
            answer => prop_assert!(decision.evidence.iter().all(|sign| sign.says() == answer)),
        }
    }
}
