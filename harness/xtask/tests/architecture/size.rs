//! Files of at most 500 lines of code, functions of at most 60: lines that are neither blank nor comment, tests aside.

use std::ops::RangeInclusive;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemFn, ItemMod, TraitItemFn};

use crate::{assert_none, tree};

const LINES_OF_A_FILE: usize = 500;
const LINES_OF_A_FUNCTION: usize = 60;

/// What may be longer: the file, the function or nothing for the file itself, and the reason. A line that is no longer
/// needed is a finding too.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[test]
fn files_and_functions_are_small() {
    let mut unused: Vec<_> = EXCEPTIONS.iter().collect();
    let mut findings = Vec::new();
    for file in tree::files(&["rs"]).iter().filter(|file| !file.is_test()) {
        for TooLong { function, lines } in too_long(&file.text) {
            let excused = |(path, name, _): &&(&str, &str, &str)| *path == file.path && *name == function;
            match unused.iter().position(excused) {
                Some(index) => drop(unused.remove(index)),
                None => findings.push(format!("{} {function}: {lines} lines of code", file.path)),
            }
        }
    }
    findings.extend(unused.iter().map(|(path, name, _)| format!("{path} {name}: is an exception without need")));
    assert_none(&findings);
}

/// A function, or with an empty name the file itself, that has too many lines of code.
#[derive(Debug, PartialEq)]
struct TooLong {
    function: String,
    lines: usize,
}

fn too_long(text: &str) -> Vec<TooLong> {
    let file = syn::parse_file(text).expect("the sources compile");
    let mut survey = Survey::default();
    survey.visit_file(&file);
    let lines: Vec<&str> = text.lines().collect();
    let count = |range: RangeInclusive<usize>| range.filter(|number| survey.is_code(*number, &lines)).count();

    let functions =
        survey.functions.iter().map(|(name, range)| (name.clone(), count(range.clone()), LINES_OF_A_FUNCTION));
    let whole = (String::new(), count(1..=lines.len()), LINES_OF_A_FILE);
    functions
        .chain([whole])
        .filter(|(_, lines, most)| lines > most)
        .map(|(function, lines, _)| TooLong { function, lines })
        .collect()
}

/// Where the functions and the tests of a file are, in lines counted from 1.
#[derive(Default)]
struct Survey {
    functions: Vec<(String, RangeInclusive<usize>)>,
    tests: Vec<RangeInclusive<usize>>,
}

impl Survey {
    fn is_code(&self, number: usize, lines: &[&str]) -> bool {
        let line = lines[number - 1].trim();
        !line.is_empty() && !line.starts_with("//") && !self.tests.iter().any(|test| test.contains(&number))
    }

    fn function(
        &mut self,
        name: &syn::Ident,
        attributes: &[Attribute],
        item: &impl Spanned,
        body: &impl Spanned,
    ) -> bool {
        if attributes.iter().any(is_test) {
            self.tests.push(range(item, body));
            return false;
        }
        self.functions.push((name.to_string(), name.span().start().line..=body.span().end().line));
        true
    }
}

impl<'ast> Visit<'ast> for Survey {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.attrs.iter().any(is_test) {
            self.tests.push(range(module, module));
        } else {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if self.function(&function.sig.ident, &function.attrs, function, &function.block) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if self.function(&function.sig.ident, &function.attrs, function, &function.block) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default
            && self.function(&function.sig.ident, &function.attrs, function, body)
        {
            visit::visit_trait_item_fn(self, function);
        }
    }
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
fn is_test(attribute: &Attribute) -> bool {
    let last_is_test = attribute.path().segments.last().is_some_and(|segment| segment.ident == "test");
    let mut cfg_test = false;
    if attribute.path().is_ident("cfg") {
        // An expression such as any(…) fails to parse here, and is then no plain cfg(test).
        let _ = attribute.parse_nested_meta(|meta| {
            cfg_test |= meta.path.is_ident("test");
            Ok(())
        });
    }
    last_is_test || cfg_test
}

fn range(from: &impl Spanned, to: &impl Spanned) -> RangeInclusive<usize> {
    from.span().start().line..=to.span().end().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize) -> String {
        let body = "    let _ = 1;\n\n    // a comment\n".repeat(lines - 2);
        format!("/// Documented.\nfn long() {{\n{body}}}\n")
    }

    #[test]
    fn a_long_function_is_found() {
        assert_eq!(too_long(&function_of(60)), []);
        assert_eq!(too_long(&function_of(61)), [TooLong { function: "long".into(), lines: 61 }]);
    }

    #[test]
    fn a_long_method_is_found() {
        let method = |lines| format!("struct A;\nimpl A {{\n{}}}\n", function_of(lines));
        assert_eq!(too_long(&method(60)), []);
        assert_eq!(too_long(&method(61)).len(), 1);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(too_long(&"const _: u8 = 1;\n".repeat(500)), []);
        assert_eq!(too_long(&"const _: u8 = 1;\n".repeat(501)), [TooLong { function: String::new(), lines: 501 }]);
    }

    #[test]
    fn tests_are_not_counted() {
        let module = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function_of(600));
        let test = format!("#[tokio::test]\n{}", function_of(600));
        assert_eq!(too_long(&(module + &test)), []);
    }
}
