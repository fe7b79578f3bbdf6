//! The name that was meant.

/// The valid name nearest to what was written, if it is near enough to be what was meant.
pub(crate) fn nearest<'n>(name: &str, valid: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = compared_length(name)?;
    let near = valid.into_iter().filter_map(|candidate| {
        let longer = compared_length(candidate)?.max(length);
        let distance = strsim::damerau_levenshtein(name, candidate);
        (distance <= (longer / 3).max(1)).then_some((distance, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

/// How many characters a name has, if it is short enough to be compared: a comparison takes time and memory for the product
/// of both lengths.
fn compared_length(name: &str) -> Option<usize> {
    const MAX: usize = 100;
    Some(name.chars().take(MAX + 1).count()).filter(|length| *length <= MAX)
}
