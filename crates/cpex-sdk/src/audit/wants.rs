//! What a sink wants on its records beside what every sink gets.

/// What a sink wants on its records beside what every sink gets. No other sink gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Keyed digests of values.
    pub digests: Digests,
    /// What it takes to decide the operation again; none where that is not wanted.
    pub replay: Option<Replay>,
}

/// Whose keyed digests stand on a record. They take `plugin_settings.audit_key`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// Those of the arguments.
    pub args: bool,
    /// Those of the result.
    pub result: bool,
}

impl Digests {
    /// Whether there is any.
    #[must_use]
    pub const fn any(self) -> bool {
        self.args || self.result
    }
}

/// What is kept of an operation for it to be decided again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The attributes whose values are kept although they are what the operation carries. Of these namespaces nothing else
    /// is.
    pub values: Vec<ValuePath>,
}

/// The namespaces that hold what an operation carries: none of it is on a record unless a sink lists it.
pub const CARRIED: &[&str] =
    &["args", "result", "custom", "llm", "completion", "provenance", "framework", "agent.input", "agent.session_id"];

/// An attribute that holds values an operation carries, such as `args` or `result.customer.id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValuePath {
    root: &'static str,
    keys: Vec<String>,
}

impl ValuePath {
    /// The path as written; none where it is not one of a namespace that holds values.
    #[must_use]
    pub fn read(written: &str) -> Option<Self> {
        let below =
            |root: &&&str| written.strip_prefix(**root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let root = CARRIED.iter().find(below)?;
        let rest = written.strip_prefix(root)?;
        let keys: Vec<String> = rest.split('.').skip(1).map(str::to_owned).collect();
        let is_text = root.starts_with("agent.");
        (keys.iter().all(|key| !key.is_empty()) && (!is_text || keys.is_empty())).then_some(Self { root, keys })
    }

    /// The namespace.
    #[must_use]
    pub const fn root(&self) -> &'static str {
        self.root
    }

    /// The names that lead from there to the value; none for all of it.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

impl std::fmt::Display for ValuePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.root)?;
        self.keys.iter().try_for_each(|key| write!(f, ".{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_namespace_that_holds_values_and_names_below_it() {
        for (written, root, keys) in [
            ("args", "args", &[][..]),
            ("args.employee_id", "args", &["employee_id"]),
            ("result.customer.id", "result", &["customer", "id"]),
            ("agent.input", "agent.input", &[]),
        ] {
            let path = ValuePath::read(written);
            let seen = path.as_ref().map(|path| (path.root(), path.keys().iter().map(String::as_str).collect()));
            assert_eq!(seen, Some((root, keys.to_vec())), "{written}");
            assert_eq!(path.map(|path| path.to_string()).as_deref(), Some(written));
        }
    }

    #[test]
    fn what_holds_no_values_is_no_path() {
        for written in ["", "argsx", "args.", "args..a", "subject.id", "agent.input.x", "http.request_headers.x"] {
            assert_eq!(ValuePath::read(written), None, "{written}");
        }
    }
}
