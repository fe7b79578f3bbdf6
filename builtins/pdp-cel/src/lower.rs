//! From the tree of the parser to what is evaluated: every path is a [`Slot`], every pattern is compiled, every loop
//! counts its iterations.

use cel::Program;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use cpex_sdk::config::ConfigFault;
use cpex_sdk::engine::Read;

use crate::path::Path;
use crate::pattern::Pattern;
use crate::place::{EXPR, fault};
use crate::slot::Slot;
use crate::{budget, function, pattern};

/// How many loops may stand in one another.
const MAX_LOOPS: usize = 2;

/// How deep the parts of an expression may lie in one another. The interpreter recurses over them, and takes up to 48 KiB
/// a level where it is built without optimisation; a thread of an asynchronous runtime has 2 MiB.
const MAX_DEPTH: usize = 24;

/// The types that expressions may name, to compare with those of values.
const TYPES: &[&str] = &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// An expression as it is evaluated.
pub(crate) struct Lowered {
    pub(crate) expression: IdedExpr,
    /// The attributes of its slots.
    pub(crate) reads: Vec<Read>,
    /// The patterns of its slots.
    pub(crate) patterns: Vec<Pattern>,
}

/// Makes an expression of a program ready to be evaluated.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn lower(text: &str, program: &Program) -> Result<Lowered, Vec<ConfigFault>> {
    let mut expression = program.expression().clone();
    let mut lowering = Lowering {
        text,
        places: program.source_info(),
        reads: Vec::new(),
        patterns: Vec::new(),
        bound: Vec::new(),
        depth: 0,
        faults: Vec::new(),
    };
    lowering.expression(&mut expression);
    let Lowering { reads, patterns, faults, .. } = lowering;
    if faults.is_empty() { Ok(Lowered { expression, reads, patterns }) } else { Err(faults) }
}

struct Lowering<'t> {
    text: &'t str,
    places: &'t SourceInfo,
    reads: Vec<Read>,
    patterns: Vec<Pattern>,
    /// The names of the loops around, outermost first.
    bound: Vec<String>,
    depth: usize,
    faults: Vec<ConfigFault>,
}

impl Lowering<'_> {
    fn expression(&mut self, node: &mut IdedExpr) {
        self.depth += 1;
        if self.depth == MAX_DEPTH + 1 {
            let text = format!("parts of this expression lie more than {MAX_DEPTH} deep in one another");
            self.refuse(self.offset(node.id), text, "join shorter expressions by `&&` or `||`");
        }
        self.part(node);
        self.depth -= 1;
    }

    fn part(&mut self, node: &mut IdedExpr) {
        if let Some(path) = Path::of(node).filter(|path| self.is_attribute(path)) {
            node.expr = Expr::Ident(self.slot(&path).name());
            return;
        }
        match &mut node.expr {
            Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => {}
            Expr::Select(select) => self.expression(&mut select.operand),
            Expr::Call(call) => self.call(node.id, call),
            Expr::List(list) => list.elements.iter_mut().for_each(|element| self.expression(element)),
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.expression(&mut entry.key);
                        self.expression(&mut entry.value);
                    }
                }
            }
            Expr::Struct(message) => {
                let text = format!("there is no message `{}`", message.type_name);
                self.refuse(self.offset(node.id), text, "write a map, as in `{'key': value}`");
            }
            Expr::Comprehension(comprehension) => self.comprehension(node.id, comprehension),
        }
    }

    fn is_attribute(&self, path: &Path) -> bool {
        let is_type = path.is_name() && TYPES.contains(&path.root.as_str());
        !is_type && !Slot::is_own(&path.root) && !self.bound.contains(&path.root)
    }

    fn slot(&mut self, path: &Path) -> Slot {
        let known = self.reads.iter().position(|read| read.path == path.text);
        let index = known.unwrap_or_else(|| {
            let read = Read::new(path.text.as_str()).at(vec![EXPR.into()], self.offset(path.root_id));
            self.reads.push(read);
            self.reads.len() - 1
        });
        match (path.is_test && !path.is_held_or_not(), self.bound.is_empty()) {
            (true, _) => Slot::Has(index),
            (false, true) => Slot::Attribute(index),
            (false, false) => Slot::InLoop(index),
        }
    }

    fn call(&mut self, id: u64, call: &mut CallExpr) {
        if let Some((text, help)) = function::refusal(call) {
            self.refuse(self.name_before(id, &call.func_name), text, help);
        } else if call.func_name == pattern::MATCHES {
            self.pattern(call);
        }
        if let Some(target) = &mut call.target {
            self.expression(target);
        }
        call.args.iter_mut().for_each(|argument| self.expression(argument));
    }

    /// Puts the compiled pattern in the place of its text.
    fn pattern(&mut self, call: &mut CallExpr) {
        let Some(argument) = call.args.last_mut() else { return };
        let at = self.offset(argument.id);
        let Expr::Literal(LiteralValue::String(written)) = &argument.expr else {
            return self.refuse(at, "the pattern of `matches` is a literal", "write it in quotes");
        };
        match Pattern::compile(written.inner()) {
            Ok(compiled) => {
                argument.expr = Expr::Ident(Slot::Pattern(self.patterns.len()).name());
                self.patterns.push(compiled);
            }
            Err(why) => self.refuse(at, why, "patterns are regular expressions that match in linear time"),
        }
    }

    fn comprehension(&mut self, id: u64, comprehension: &mut ComprehensionExpr) {
        if self.bound.len() >= MAX_LOOPS {
            let text = format!("more than {MAX_LOOPS} loops stand in one another");
            self.refuse(self.offset(id), text, "prepare the list where it comes from, or decide by two expressions");
            return;
        }
        self.expression(&mut comprehension.iter_range);
        wrap(&mut comprehension.iter_range, budget::in_order);
        self.bound.push(comprehension.iter_var.clone());
        // What counts lies around what is counted.
        self.depth += 1;
        self.expression(&mut comprehension.loop_step);
        self.depth -= 1;
        match each(&mut comprehension.loop_step) {
            Some(value) => wrap(value, |value| budget::counted(value, &self.bound)),
            None => self.refuse(self.offset(id), "this loop cannot be counted", "write another"),
        }
        self.bound.pop();
    }

    /// The first byte of a node. Of what a loop or a test became, that is the bracket of its call.
    fn offset(&self, id: u64) -> usize {
        self.places.offset_for(id).map_or(0, |(start, _)| usize::try_from(start).unwrap_or_default())
    }

    /// The first byte of the name of a call, which stands before its bracket.
    fn name_before(&self, id: u64, name: &str) -> usize {
        let bracket = self.offset(id);
        let before = self.text.get(..bracket).unwrap_or_default().trim_end();
        before.strip_suffix(name).map_or(bracket, str::len)
    }

    fn refuse(&mut self, offset: usize, text: impl Into<String>, help: impl Into<String>) {
        self.faults.push(fault(self.text, offset, text).help(help));
    }
}

fn wrap(node: &mut IdedExpr, around: impl FnOnce(IdedExpr) -> IdedExpr) {
    let inner = std::mem::take(node);
    *node = around(inner);
}

/// What a loop evaluates for each element, in the step that adds it to what the loop has so far.
fn each(step: &mut IdedExpr) -> Option<&mut IdedExpr> {
    let Expr::Call(call) = &mut step.expr else { return None };
    match (call.func_name.as_str(), call.args.as_mut_slice()) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, condition]) => Some(condition),
        (operators::CONDITIONAL, [condition, ..]) => Some(condition),
        (operators::ADD, [_, IdedExpr { expr: Expr::List(list), .. }]) => list.elements.first_mut(),
        _ => None,
    }
}
