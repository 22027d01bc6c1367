//! Which literals of the Rust source are said to people, and the template each one is.
//!
//! The rule: text with a letter and a blank between words, or one capitalised word. Never: tests, attributes other than
//! `#[error("…")]`, texts for the log, for `expect` or for an assertion, patterns, and lists of nothing but strings, which
//! hold words to recognise. In the files of [`LOWER_CASE`] a text must begin with a capital or a quote as well.

use std::path::Path;

use proc_macro2::{Literal as Token, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprArray, ExprMethodCall, Lit, LitStr, Macro, Meta, Pat};

/// A literal of the source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Its placeholders named: `{name}` as there, `{}` by its number from `{0}`.
    pub template: String,
    pub line: usize,
    /// By the rule above. The others may be translated, but need not.
    pub is_said: bool,
}

/// Macros whose texts no user reads, or which recognise.
const UNSAID_MACROS: [&str; 12] = [
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "unreachable",
    "matches",
    "json",
];
/// Methods whose texts no user reads.
const UNSAID_METHODS: [&str; 2] = ["expect", "expect_err"];

/// Where SQL stands, and words that are recognised instead of said.
const LOWER_CASE: [&str; 6] = [
    "engine/src/store/",
    "engine/src/mapping/header.rs",
    "engine/src/mapping/words.rs",
    "engine/src/intake/footer.rs",
    "engine/src/intake/shape/date.rs",
    "engine/src/transform/words.rs",
];

/// All literals of a file but those that are never said, in its order.
pub(super) fn literals(file: &Path, source: &str) -> syn::Result<Vec<Literal>> {
    let file = file.to_string_lossy().replace('\\', "/");
    let is_lower_case = LOWER_CASE.iter().any(|name| file.contains(name));
    let mut found = Found { literals: Vec::new(), is_list: false, is_lower_case };
    found.visit_file(&syn::parse_file(source)?);
    Ok(found.literals)
}

struct Found {
    literals: Vec<Literal>,
    is_list: bool,
    is_lower_case: bool,
}

impl Found {
    fn add(&mut self, text: &str, at: Span, is_error: bool) {
        let is_said =
            !self.is_list && is_for_people(text) && (is_error || !self.is_lower_case || begins_a_sentence(text));
        self.literals.push(Literal { template: template(text.trim()), line: at.start().line, is_said });
    }

    /// What a macro was given is no syntax yet: its literals are taken one by one.
    fn tokens(&mut self, tokens: TokenStream, is_error: bool) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), is_error),
                TokenTree::Literal(literal) => self.token(literal, is_error),
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    fn token(&mut self, literal: Token, is_error: bool) {
        let at = literal.span();
        if let Lit::Str(text) = Lit::new(literal) {
            self.add(&text.value(), at, is_error);
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.add(&text.value(), text.span(), false);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        if !called.path.segments.last().is_some_and(|name| UNSAID_MACROS.iter().any(|unsaid| name.ident == unsaid)) {
            self.tokens(called.tokens.clone(), false);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("error")
        {
            self.tokens(list.tokens.clone(), true);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if UNSAID_METHODS.iter().any(|unsaid| call.method == unsaid) {
            self.visit_expr(&call.receiver);
        } else {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_array(&mut self, array: &'ast ExprArray) {
        let outer = std::mem::replace(&mut self.is_list, array.elems.iter().all(is_strings));
        visit::visit_expr_array(self, array);
        self.is_list = outer;
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }
}

fn attributes(item: &syn::Item) -> &[Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

/// A string, or a tuple of nothing but strings.
fn is_strings(element: &Expr) -> bool {
    match element {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_strings),
        _ => false,
    }
}

fn is_for_people(text: &str) -> bool {
    let words = without_placeholders(text);
    let has_letter = words.chars().any(char::is_alphabetic);
    has_letter && (words.trim().contains(' ') || is_capitalised(&words))
}

fn begins_a_sentence(text: &str) -> bool {
    text.starts_with(|first: char| first.is_uppercase() || first == '“')
}

fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && word.chars().count() > 2
        && letters.all(|letter| letter.is_lowercase() || letter == '-')
}

fn without_placeholders(text: &str) -> String {
    parts(text).into_iter().map(|part| if let Part::Text(text) = part { text } else { "0" }).collect()
}

enum Part<'a> {
    Text(&'a str),
    /// With what stands before the colon of `{name:>5}`.
    Placeholder(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = placeholder(rest) {
        parts.extend([Part::Text(before), Part::Placeholder(inside)]);
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (inside, after) = rest.split_once('}')?;
    Some((before, inside.split(':').next().unwrap_or_default(), after))
}

/// `“{}” has no sheet “{sheet}”` → `“{0}” has no sheet “{sheet}”`.
fn template(text: &str) -> String {
    let mut number = 0;
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Placeholder("") => {
                number += 1;
                format!("{{{}}}", number - 1)
            }
            Part::Placeholder(name) => format!("{{{name}}}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str) -> Vec<String> {
        let found = literals(Path::new("a.rs"), source).expect("the source is right");
        found.into_iter().filter(|literal| literal.is_said).map(|literal| literal.template).collect()
    }

    #[test]
    fn what_is_said_is_told_from_what_is_not() {
        for (source, expected) in [
            (r#"fn f() { g("two words"); }"#, vec!["two words"]),
            (r#"fn f() { g("word", "Word", "a.b"); }"#, vec!["Word"]),
            (r#"fn f() { format!("{} rows, {x:>3}", 1); }"#, vec!["{0} rows, {x}"]),
            (r#"#[derive(E)] enum E { #[error("“{}” and {a}: {}", x.y())] A }"#, vec!["“{0}” and {a}: {1}"]),
            (r#"#[allow(a, reason = "two words")] fn f() {}"#, vec![]),
            (r#"#[cfg(test)] mod tests { fn f() { g("two words"); } }"#, vec![]),
            (r#"fn f() { tracing::warn!("two words"); x.expect("two words"); }"#, vec![]),
            (
                r#"const A: [&str; 1] = ["two words"]; const B: [(&[u8], &str); 1] = [(b"a", "is said")];"#,
                vec!["is said"],
            ),
            (r#"fn f() { match x { "two words" => "are said", _ => "" }; }"#, vec!["are said"]),
        ] {
            assert_eq!(said(source), expected, "{source}");
        }
    }

    #[test]
    fn sql_is_not_said() {
        let source = r#"fn f() { g("select a from b"); g("Checked every row"); }"#;
        let found = literals(Path::new("engine/src/store/a.rs"), source).expect("the source is right");
        assert_eq!(found.iter().map(|literal| literal.is_said).collect::<Vec<_>>(), [false, true]);
    }
}
