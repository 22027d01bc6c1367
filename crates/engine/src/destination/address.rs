//! Paths and queries, escaped.

use url::{Url, form_urlencoded};

/// A path from its parts, each of them escaped.
pub(super) fn path(parts: &[&str]) -> String {
    // Only the path of this address is used.
    let Ok(mut url) = Url::parse("https://path.invalid") else { return String::new() };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.clear().extend(parts);
    }
    url.path().to_owned()
}

/// A path with a query, escaped.
pub(super) fn query(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}
