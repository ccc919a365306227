//! Questions about the shape of expressions and values that the evaluator asks.

use std::rc::Rc;

use super::ast::{Element, Expr, Node, Post, Stmt};
use super::constants;
use super::value::Value;

/// Whether an expression puts a text together out of nothing but constants, which only makes sense to hide it.
pub(super) fn is_built_of_constants(node: &Node) -> bool {
    !matches!(node.kind, Expr::Str(_) | Expr::Var(_) | Expr::Type(_)) && is_constant_text(node)
}

fn is_constant_text(node: &Node) -> bool {
    match &node.kind {
        Expr::Str(_) | Expr::Int(_) | Expr::Float(_) | Expr::Type(_) => true,
        Expr::Var(name) => constants::is_hiding_place(name),
        Expr::Chain(first, rest) => {
            is_constant_text(first) && rest.iter().all(|(_, node)| is_constant_text(node))
        }
        Expr::Array(nodes) | Expr::Expand(nodes) => nodes.iter().all(is_constant_text),
        Expr::Prefix(_, inner) => is_constant_text(inner),
        Expr::Postfix(base, posts) => {
            is_constant_text(base)
                && posts.iter().all(|post| match post {
                    Post::Member(_) => true,
                    Post::Call(_, args) => args.iter().all(is_constant_text),
                    Post::Index(index) => is_constant_text(index),
                    Post::Increment(_) => false,
                })
        }
        Expr::Paren(stmt) => match stmt.as_ref() {
            Stmt::Pipeline(elements) => {
                matches!(elements.as_slice(), [Element::Expr(inner)] if is_constant_text(inner))
            }
            _ => false,
        },
        Expr::Sub(..) | Expr::Block(_) | Expr::Opaque => false,
    }
}

/// Whether two values are surely the same; large ones are compared by identity.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unknown, Value::Unknown) | (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => Rc::ptr_eq(a, b) || a == b,
        (Value::Bytes(a), Value::Bytes(b)) | (Value::Stream(a), Value::Stream(b)) => Rc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
        (Value::Block(a), Value::Block(b)) => Rc::ptr_eq(a, b),
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::Encoding(a), Value::Encoding(b)) => a == b,
        _ => false,
    }
}

/// Whether a condition holds no variable, call or command: `$true`, `1`.
pub(super) fn is_constant(stmt: &Stmt) -> bool {
    let Stmt::Pipeline(elements) = stmt else { return false };
    match elements.as_slice() {
        [Element::Expr(node)] => match &node.kind {
            Expr::Int(_) | Expr::Str(_) => true,
            Expr::Var(name) => matches!(&**name, "true" | "false" | "null"),
            _ => false,
        },
        _ => false,
    }
}
