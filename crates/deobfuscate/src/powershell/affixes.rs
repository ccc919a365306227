//! What stands before and behind a value: signs and casts, indexes, members and calls.

use std::rc::Rc;

use super::ast::{Expr, Name, Node, Op, Post, Prefix};
use super::eval::Evaluator;
use super::shape::is_built_of_constants;
use super::trace::Trick;
use super::value::Value;
use super::{constants, methods, operators, places};

impl Evaluator<'_> {
    pub(super) fn prefix(&mut self, prefix: &Prefix, inner: &Node, value: Value) -> Value {
        match prefix {
            Prefix::Not => value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth)),
            Prefix::Minus => match value {
                Value::Float(number) => Value::Float(-number),
                other => other.to_int().map_or(Value::Unknown, |number| Value::Int(number.saturating_neg())),
            },
            Prefix::Plus => value.to_int().map_or(Value::Unknown, Value::Int),
            Prefix::BitNot => value.to_int().map_or(Value::Unknown, |number| Value::Int(!number)),
            Prefix::Comma => Value::list(vec![value]),
            Prefix::Join => operators::binary(self, Op::Join, value, Value::text("")),
            Prefix::Split => operators::words(self, &value),
            Prefix::Increment(by) => {
                let value =
                    value.to_int().map_or(Value::Unknown, |number| Value::Int(number.wrapping_add(*by)));
                places::assign(self, inner, &[], None, value.clone());
                value
            }
            Prefix::Cast(name) => operators::cast(self, name, value),
        }
    }

    pub(super) fn postfix(&mut self, base: &Node, posts: &[Post]) -> Value {
        let mut value = self.value(base);
        let mut at = 0;
        while let Some(post) = posts.get(at) {
            at += 1;
            value = match post {
                Post::Index(index) => {
                    let index = self.value(index);
                    if matches!(&base.kind, Expr::Var(name) if constants::is_hiding_place(name)) {
                        self.trace.trick(Trick::HiddenWord);
                    }
                    operators::index(self, &value, &index)
                }
                Post::Increment(by) => {
                    let next =
                        value.to_int().map_or(Value::Unknown, |number| Value::Int(number.wrapping_add(*by)));
                    places::assign(self, base, &posts[..at - 1], None, next);
                    value
                }
                Post::Member(name) => {
                    let Some(name) = self.name(name) else {
                        value = Value::Unknown;
                        continue;
                    };
                    // `'x'.Replace.Invoke(…)` is `'x'.Replace(…)`.
                    if let Some(Post::Call(Name::Word(invoke), args)) = posts.get(at)
                        && matches!(&**invoke, "invoke" | "invokereturnasis")
                        && !matches!(value, Value::Block(_) | Value::Map(_))
                    {
                        at += 1;
                        if !matches!(value, Value::Unknown) {
                            self.trace.trick(Trick::Invoke);
                        }
                        let args = args.iter().map(|arg| self.value(arg)).collect::<Vec<_>>();
                        methods::call(self, value, &name, &args)
                    } else {
                        methods::member(self, &value, &name)
                    }
                }
                Post::Call(name, nodes) => {
                    let args = nodes.iter().map(|arg| self.value(arg)).collect::<Vec<_>>();
                    let Some(name) = self.name(name) else {
                        value = Value::Unknown;
                        continue;
                    };
                    if methods::changes_itself(&value, &name) {
                        places::change(self, base, &posts[..at - 1], value, &name, &args)
                    } else {
                        if let Some(changed) = methods::changes_argument(self, &value, &name, &args)
                            && let Some(first) = nodes.first()
                        {
                            places::assign(self, first, &[], None, changed);
                        }
                        methods::call(self, value, &name, &args)
                    }
                }
            };
        }
        value
    }

    /// A member's name, lower case, where it is known.
    pub(super) fn name(&mut self, name: &Name) -> Option<Rc<str>> {
        match name {
            Name::Word(word) => Some(Rc::clone(word)),
            Name::Dynamic(node) => {
                let text = self.value(node).to_text("")?;
                if is_built_of_constants(node) {
                    self.trace.trick(Trick::HiddenWord);
                }
                self.trace.bare(node, &text);
                Some(Rc::from(text.to_ascii_lowercase()))
            }
        }
    }
}
