//! From the tree of an expression to the flat tests of a condition.

use super::predicate::{Next, Predicate, Test, Value};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Operand};
use crate::fact::Vocabulary;
use crate::node::Text;
use crate::path::Path;

/// What stands left and right of an operator.
type Sides<A> = (Value<A>, Value<A>);

/// Writes tests last to first: what follows a test is known before the test is written.
pub(super) struct Lowering<'l, V: Vocabulary> {
    text: &'l Text,
    vocabulary: &'l V,
    /// With the start of what each is about, to give them in written order.
    found: Vec<(usize, Diagnostic)>,
    faults: &'l mut Vec<Diagnostic>,
    tests: Vec<Test<V::Attribute>>,
}

impl<'l, V: Vocabulary> Lowering<'l, V> {
    pub(super) fn new(text: &'l Text, vocabulary: &'l V, faults: &'l mut Vec<Diagnostic>) -> Self {
        Self { text, vocabulary, found: Vec::new(), faults, tests: Vec::new() }
    }

    /// The tests of the expression, if every attribute in it is one.
    pub(super) fn finish(mut self, expr: Expr) -> Option<Box<[Test<V::Attribute>]>> {
        self.expr(expr, Next::Answer(true), Next::Answer(false));
        if self.found.is_empty() {
            return Some(self.tests.into());
        }
        self.found.sort_by_key(|(at, _)| *at);
        self.faults.extend(self.found.into_iter().map(|(_, fault)| fault));
        None
    }

    /// Writes the tests of an expression; answers the first of them. What follows them is written already.
    fn expr(&mut self, expr: Expr, hold: Next, fail: Next) -> Next {
        let predicate = match expr {
            Expr::Not(inner) => return self.expr(*inner, fail, hold),
            Expr::All(parts) => return parts.into_iter().rev().fold(hold, |next, part| self.expr(part, next, fail)),
            Expr::Any(parts) => return parts.into_iter().rev().fold(fail, |next, part| self.expr(part, hold, next)),
            Expr::Truthy(path) => self.attribute(&path).map(Predicate::Truthy),
            Expr::Exists(path) => self.open_attribute(&path).map(Predicate::Exists),
            Expr::Equal(left, right) => self.values(left, right).map(|(left, right)| Predicate::Equal(left, right)),
            Expr::Ordered(left, order, right) => {
                self.values(left, right).map(|(left, right)| Predicate::Ordered(left, order, right))
            }
            Expr::Contains(left, right) => {
                self.values(left, right).map(|(left, right)| Predicate::Contains(left, right))
            }
            Expr::In(left, right) => {
                self.value(left).zip(self.attribute(&right)).map(|(left, right)| Predicate::In(left, right))
            }
            Expr::Among(left, literals) => self.value(left).map(|left| Predicate::Among(left, literals.into())),
            Expr::Matches(left, regex) => self.value(left).map(|left| Predicate::Matches(left, regex)),
        };
        let Some(predicate) = predicate else { return hold };
        self.tests.push(Test { predicate, hold, fail });
        Next::Test(self.tests.len() - 1)
    }

    fn values(&mut self, left: Operand, right: Operand) -> Option<Sides<V::Attribute>> {
        let left = self.value(left);
        left.zip(self.value(right))
    }

    fn value(&mut self, operand: Operand) -> Option<Value<V::Attribute>> {
        match operand {
            Operand::Path(path) => self.attribute(&path).map(Value::Attribute),
            Operand::Literal(literal) => Some(Value::Literal(literal)),
        }
    }

    fn attribute(&mut self, path: &Path) -> Option<V::Attribute> {
        match self.vocabulary.resolve(path) {
            Ok(attribute) => Some(attribute),
            Err(unresolved) => {
                let fault = Diagnostic::new(
                    codes::UNKNOWN_ATTRIBUTE,
                    self.text.span_of(path.range.clone()),
                    unresolved.message,
                );
                self.found.push((path.range.start, Diagnostic { help: unresolved.help, ..fault }));
                None
            }
        }
    }

    /// An attribute that may be absent.
    fn open_attribute(&mut self, path: &Path) -> Option<V::Attribute> {
        let attribute = self.attribute(path)?;
        if !self.vocabulary.is_closed(&attribute) {
            return Some(attribute);
        }
        let message = format!("`{path}` always has a value, so `exists` is always true");
        let span = self.text.span_of(path.range.clone());
        let fault = Diagnostic::new(codes::ALWAYS_PRESENT, span, message).help(format!("write `{path}`"));
        self.found.push((path.range.start, fault));
        None
    }
}
