//! Whom the user named: on the command line, and in lists.

use super::problem::Problem;
use crate::args::Probe;
use crate::error::{Error, shown};
use crate::input;
use parse::text::Text;
use probe::targets::{self, MANY, MOST, Named, Target};
use std::collections::BTreeSet;
use std::path::Path;

/// More than any list of machines has.
const LIST_LIMIT: u64 = 16 << 20;

/// Who is to be asked, each address once, and names that have no address.
pub(super) struct Found {
    pub(super) targets: Vec<Target>,
    pub(super) problems: Vec<Problem>,
}

/// Reads what was named, and looks names up. Nobody is asked before all of it is clear.
pub(super) fn find(args: &Probe) -> Result<Found, Error> {
    let mut named = Vec::new();
    for text in &args.targets {
        match text.strip_prefix('@') {
            Some(path) => named.extend(list(Path::new(path))?),
            None => named.push(Named::parse(text).map_err(Problem::Target)?),
        }
    }
    let most = if args.large { MOST } else { MANY };
    match targets::count(&named, most) {
        Err(targets::Error::TooMany { count, most: MANY }) => return Err(Problem::Many(count).into()),
        counted => counted.map_err(Problem::Target)?,
    };
    let mut found = Found { targets: Vec::new(), problems: Vec::new() };
    let mut known = BTreeSet::new();
    for named in &named {
        match named.resolve() {
            Ok(targets) => found
                .targets
                .extend(targets.into_iter().filter(|target| known.insert((target.address, target.scope)))),
            Err(problem) => found.problems.push(Problem::NoneResolved(problem)),
        }
    }
    match found.problems.pop() {
        Some(problem) if found.targets.is_empty() => Err(problem.into()),
        problem => {
            found.problems.extend(problem);
            Ok(found)
        }
    }
}

/// The targets in a file, one a line; what stands behind `#` is a remark.
fn list(path: &Path) -> Result<Vec<Named>, Error> {
    let bytes = input::read(path, LIST_LIMIT)?;
    let text = Text::decode(&bytes);
    let mut named = Vec::new();
    for (line, text) in (1..).zip(text.as_str().lines()) {
        let text = text.split('#').next().unwrap_or_default().trim();
        if !text.is_empty() {
            let target =
                Named::parse(text).map_err(|problem| Problem::Line { path: shown(path), line, problem })?;
            named.push(target);
        }
    }
    if named.is_empty() { Err(Problem::EmptyList(shown(path)).into()) } else { Ok(named) }
}
