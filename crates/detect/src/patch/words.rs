//! Signs, remedies and what would settle a question, as messages.

use super::number;
use crate::messages as m;
use evidence::{Arg, Message};
use intel::ms17_010::{Answer, NetworkAnswer, Remedy, Settle, Sign, WhyNot};
use intel::windows::Ground;

/// What a sign says.
pub(super) fn sign(sign: &Sign) -> Message {
    match sign {
        Sign::SrvSysVersion { found, minimum } => {
            let spec = if found >= minimum { m::PATCH_SIGN_FILE_FIXED } else { m::PATCH_SIGN_FILE_OPEN };
            spec.with([dotted(*found).into(), dotted(*minimum).into()])
        }
        Sign::SrvSysUnserviced { found } => m::PATCH_SIGN_FILE_UNSERVICED.with([dotted(*found).into()]),
        Sign::SrvSysShippedFixed { found } => m::PATCH_SIGN_FILE_SHIPPED.with([dotted(*found).into()]),
        Sign::ShippedFixed { build } => m::PATCH_SIGN_SHIPPED.with([plain(*build)]),
        Sign::FutureBuild { build } => m::PATCH_SIGN_FUTURE.with([plain(*build)]),
        Sign::Revision { build, found, minimum } => revision(*build, *found, *minimum),
        Sign::Rollup { build, found, minimum, cumulative } => {
            let spec = match (found >= minimum, cumulative) {
                (true, _) => m::PATCH_SIGN_ROLLUP_FIXED,
                (false, true) => m::PATCH_SIGN_ROLLUP_OPEN,
                (false, false) => m::PATCH_SIGN_ROLLUP_OLDER,
            };
            spec.with([pair(*build, *found), pair(*build, *minimum)])
        }
        Sign::Update { update, products } => m::PATCH_SIGN_UPDATE.with([number(*update), products.into()]),
        Sign::Network(answer) => match answer {
            NetworkAnswer::Fixed => m::PATCH_SIGN_NETWORK_FIXED.plain(),
            NetworkAnswer::NotFixed => m::PATCH_SIGN_NETWORK_OPEN.plain(),
            NetworkAnswer::NotOffered => m::PATCH_SIGN_NETWORK_NOT_OFFERED.plain(),
            NetworkAnswer::Unclear => m::PATCH_SIGN_NETWORK_UNCLEAR.plain(),
        },
        Sign::SrvSysAbsent => m::PATCH_SIGN_FILE_ABSENT.plain(),
        Sign::SrvSysForeign { found } => m::PATCH_SIGN_FILE_FOREIGN.with([dotted(*found).into()]),
        Sign::SeveralVersions { versions } => {
            let names: Vec<_> = versions.iter().map(ToString::to_string).collect();
            m::PATCH_SIGN_VERSIONS.with([names.join(", ").into()])
        }
        Sign::ForeignRollup { build, revision } => {
            m::PATCH_SIGN_FOREIGN_ROLLUP.with([pair(*build, *revision)])
        }
        Sign::NoRevision { build } => m::PATCH_SIGN_NO_REVISION.with([plain(*build)]),
        Sign::Unserviced { service_pack: 0 } => m::PATCH_SIGN_NO_SERVICE_PACK.plain(),
        Sign::Unserviced { service_pack } => m::PATCH_SIGN_UNSERVICED.with([plain(*service_pack)]),
        Sign::UnknownVersion(version) => m::PATCH_SIGN_UNKNOWN_VERSION.with([version.to_string().into()]),
        Sign::ForeignUpdate { update, products } => {
            m::PATCH_SIGN_FOREIGN_UPDATE.with([number(*update), products.into()])
        }
        Sign::NotAFix { update, why } => {
            let spec = match why {
                WhyNot::Predates => m::PATCH_SIGN_PREDATES,
                WhyNot::Bulletin => m::PATCH_SIGN_BULLETIN,
                WhyNot::NotInIt => m::PATCH_SIGN_NOT_IN_IT,
            };
            spec.with([number(*update)])
        }
        Sign::Disputed { update } => m::PATCH_SIGN_DISPUTED.with([number(*update)]),
        Sign::ListTruncated { listed, counted: Some(counted) } => {
            m::PATCH_SIGN_TRUNCATED.with([plain(*listed), plain(*counted)])
        }
        Sign::ListTruncated { listed, counted: None } => m::PATCH_SIGN_CUT.with([plain(*listed)]),
        Sign::ListEmpty => m::PATCH_SIGN_EMPTY.plain(),
        Sign::NotInList => m::PATCH_SIGN_NOT_IN_LIST.plain(),
        Sign::RestartPending => m::PATCH_SIGN_RESTART.plain(),
    }
}

/// The newest `RollupFix` package beside the lowest one with a fix.
pub(super) fn rollup(build: u32, found: u32, minimum: u32) -> Message {
    let spec = if found >= minimum { m::PATCH_SIGN_ROLLUP_FIXED } else { m::PATCH_SIGN_ROLLUP_OPEN };
    spec.with([pair(build, found), pair(build, minimum)])
}

/// A revision of a build beside the lowest one with a fix.
pub(super) fn revision(build: u32, found: u32, minimum: u32) -> Message {
    let spec = if found >= minimum { m::PATCH_SIGN_REVISION_FIXED } else { m::PATCH_SIGN_REVISION_OPEN };
    spec.with([pair(build, found), pair(build, minimum)])
}

/// What the answer about a hole rests on.
pub(super) fn ground(driver: &str, build: u32, answer: Answer, ground: Ground) -> Message {
    match ground {
        Ground::Driver { found, minimum: Some(minimum) } => {
            let spec = match answer {
                Answer::Fixed => m::PATCH_HOLE_DRIVER_FIXED,
                Answer::NotFixed => m::PATCH_HOLE_DRIVER_OPEN,
                Answer::Unknown => m::PATCH_HOLE_DRIVER_BETWEEN,
            };
            spec.with([driver.into(), dotted(found).into(), dotted(minimum).into()])
        }
        Ground::Driver { found, minimum: None } => {
            m::PATCH_HOLE_DRIVER_UNSERVICED.with([driver.into(), dotted(found).into()])
        }
        Ground::Rollup { build, found, minimum } => rollup(build, found, minimum),
        Ground::Revision { found, minimum } => revision(build, found, minimum),
        Ground::Update(update) => m::PATCH_HOLE_UPDATE.with([number(update)]),
        Ground::Nothing => m::PATCH_HOLE_NOTHING.plain(),
    }
}

/// What to do where the fix is not known to be there.
pub(super) fn remedy(remedy: &Remedy) -> Message {
    match remedy {
        Remedy::Install { update, products, rollups } => {
            let spec = if *rollups { m::PATCH_REMEDY_INSTALL } else { m::PATCH_REMEDY_ONE };
            spec.with([number(*update), products.into()])
        }
        Remedy::ServicePackFirst { service_pack, update, products } => {
            m::PATCH_REMEDY_SERVICE_PACK.with([plain(*service_pack), number(*update), products.into()])
        }
        Remedy::None => m::PATCH_REMEDY_NONE.plain(),
    }
}

/// What would settle the question.
pub(super) fn settle(what: Settle) -> Message {
    match what {
        Settle::SrvSysVersion => m::PATCH_SETTLE_FILE.plain(),
        Settle::Revision => m::PATCH_SETTLE_REVISION.plain(),
        Settle::Product => m::PATCH_SETTLE_PRODUCT.plain(),
        Settle::WholeList => m::PATCH_SETTLE_LIST.plain(),
        Settle::Restart => m::PATCH_SETTLE_RESTART.plain(),
        Settle::Network => m::PATCH_SETTLE_NETWORK.plain(),
    }
}

/// Numbers of builds and the like are names: no language parts them into thousands.
fn plain(number: u32) -> Arg {
    number.to_string().into()
}

fn pair(build: u32, revision: u32) -> Arg {
    format!("{build}.{revision}").into()
}

/// The four numbers of a version.
pub(super) fn dotted([a, b, c, d]: [u16; 4]) -> String {
    format!("{a}.{b}.{c}.{d}")
}
