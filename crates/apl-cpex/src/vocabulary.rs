//! From written paths to [`Attribute`]s.

use apl_core::{Path, Segment, Unresolved, diagnostic::nearest};

use crate::attribute::{Attribute, Field, Holding, Key, Row, Tree};

/// The attribute vocabulary of CPEX.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vocabulary;

impl apl_core::Vocabulary for Vocabulary {
    type Attribute = Attribute;

    fn resolve(&self, path: &Path) -> Result<Attribute, Unresolved> {
        // Rows are tried from the longest path down, so that `client.role.x` is never read as a field `client.role`.
        field(path).or_else(|| holding(path)).or_else(|| tree(path, self)).unwrap_or_else(|| Err(unknown(path)))
    }

    fn is_closed(&self, attribute: &Attribute) -> bool {
        attribute.is_closed()
    }
}

/// Second spellings of fields.
const SHORT: [(&str, Field); 2] =
    [("workload.spiffe_id", Field::ThisSpiffeId), ("workload.trust_domain", Field::ThisTrustDomain)];

type Resolved = Option<Result<Attribute, Unresolved>>;

fn field(path: &Path) -> Resolved {
    let is_named = |spelling: &str| rest_after(path, spelling).is_some_and(<[_]>::is_empty);
    let field = Field::ALL.iter().copied().find(|field| is_named(field.path()));
    let short = || SHORT.into_iter().find(|(spelling, _)| is_named(spelling)).map(|(_, field)| field);
    field.or_else(short).map(|field| Ok(Attribute::Field(field)))
}

fn holding(path: &Path) -> Resolved {
    let (holding, rest) =
        Holding::ALL.iter().find_map(|holding| Some((*holding, rest_after(path, holding.path())?)))?;
    Some(match rest {
        [Segment::Name(name) | Segment::Key(name)] => Ok(Attribute::Held(holding, name.as_str().into())),
        [] => Err(Unresolved {
            message: format!("`{path}` names no one"),
            help: Some(format!("write the name after it, as in `{path}.admin`")),
        }),
        parts => Err(dotted(path, holding, parts)),
    })
}

fn tree(path: &Path, vocabulary: &Vocabulary) -> Resolved {
    let (tree, rest) = Tree::ALL
        .iter()
        .filter_map(|tree| Some((*tree, rest_after(path, tree.path())?)))
        .min_by_key(|(_, rest)| rest.len())?;
    Some(keys(path, tree, rest, vocabulary).map(|keys| Attribute::Tree(tree, keys)))
}

fn keys(path: &Path, tree: Tree, rest: &[Segment], vocabulary: &Vocabulary) -> Result<Box<[Key]>, Unresolved> {
    if rest.is_empty() && !matches!(tree, Tree::Args | Tree::Result) {
        let message = format!("`{path}` names no value");
        return Err(Unresolved { message, help: Some(format!("write what of it is meant, as in `{path}.name`")) });
    }
    if matches!(tree, Tree::RequestHeaders | Tree::ResponseHeaders) {
        check_header(path, rest)?;
    }
    rest.iter().map(|segment| key(path, tree, segment, vocabulary)).collect()
}

fn key(path: &Path, tree: Tree, segment: &Segment, vocabulary: &Vocabulary) -> Result<Key, Unresolved> {
    match segment {
        Segment::Name(name) | Segment::Key(name) => Ok(Key::Name(name.as_str().into())),
        Segment::Index(index) => Ok(Key::Index(*index)),
        Segment::Lookup(inner) if matches!(tree, Tree::Args | Tree::Result | Tree::Data) => {
            let attribute = apl_core::Vocabulary::resolve(vocabulary, inner)?;
            Ok(Key::Lookup(Box::new(attribute)))
        }
        Segment::Lookup(inner) => Err(Unresolved {
            message: format!("`[{inner}]` cannot stand in `{path}`"),
            help: Some("another attribute may be used as a key in `data`, `args` and `result` only".to_owned()),
        }),
    }
}

fn check_header(path: &Path, rest: &[Segment]) -> Result<(), Unresolved> {
    match rest {
        [Segment::Name(name) | Segment::Key(name)] if !name.chars().any(|c| c.is_ascii_uppercase()) => Ok(()),
        [Segment::Name(name) | Segment::Key(name)] => Err(Unresolved {
            message: format!("`{path}` never has a value: header names are lower case here"),
            help: Some(format!("write `{}`", path.to_string().replace(name.as_str(), &name.to_ascii_lowercase()))),
        }),
        _ => Err(Unresolved { message: format!("`{path}` is no header"), help: None }),
    }
}

/// The segments after a fixed dotted prefix, if the path begins with it.
fn rest_after<'p>(path: &'p Path, prefix: &str) -> Option<&'p [Segment]> {
    // Every row is asked for every path of a document, and few begin alike.
    if !prefix.starts_with(path.namespace()) {
        return None;
    }
    let mut rest = path.segments.as_slice();
    for word in prefix.split('.') {
        match rest.split_first() {
            Some((Segment::Name(name), tail)) if name == word => rest = tail,
            _ => return None,
        }
    }
    Some(rest)
}

fn dotted(path: &Path, holding: Holding, parts: &[Segment]) -> Unresolved {
    let names: Option<Vec<&str>> = parts
        .iter()
        .map(|part| match part {
            Segment::Name(name) | Segment::Key(name) => Some(name.as_str()),
            Segment::Index(_) | Segment::Lookup(_) => None,
        })
        .collect();
    let help = names.map(|names| format!("for a name with a dot write `{}['{}']`", holding.path(), names.join(".")));
    Unresolved { message: format!("`{path}` has more than one name after `{}`", holding.path()), help }
}

fn unknown(path: &Path) -> Unresolved {
    let written = path.to_string();
    let known = || Row::all().map(|row| row.path);
    let namespace = path.namespace();
    if let Some(near) = nearest(&written, known()) {
        return Unresolved {
            message: format!("there is no attribute `{written}`"),
            help: Some(format!("did you mean `{near}`?")),
        };
    }
    let mut namespaces: Vec<&str> = known().filter_map(|path| path.split('.').next()).collect();
    namespaces.dedup();
    if namespaces.contains(&namespace) {
        let prefix = format!("{namespace}.");
        let fields: Vec<&str> = known().filter(|path| path.starts_with(&prefix)).collect();
        let message = format!("there is no attribute `{written}`");
        return Unresolved { message, help: Some(format!("`{namespace}` has {}", fields.join(", "))) };
    }
    let help = nearest(namespace, namespaces.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    let help = help.unwrap_or_else(|| format!("an attribute begins with one of: {}", unique(namespaces).join(", ")));
    Unresolved { message: format!("there is no attribute namespace `{namespace}`"), help: Some(help) }
}

fn unique(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}
