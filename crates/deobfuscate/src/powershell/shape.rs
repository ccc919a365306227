//! Questions about the shape of expressions and values that the evaluator asks.

use std::rc::Rc;

use super::ast::{Block, Element, Expr, Node, Post, Stmt};
use super::constants;
use super::value::Value;

/// Whether an expression puts a text together out of nothing but constants, which only makes sense to hide it.
pub(super) fn is_built_of_constants(node: &Node) -> bool {
    !matches!(node.kind, Expr::Str(_) | Expr::Var(_) | Expr::Type(_)) && is_constant_text(node)
}

fn is_constant_text(node: &Node) -> bool {
    match &node.kind {
        Expr::Str(_) | Expr::Int(_) | Expr::Float(_) | Expr::Type(_) => true,
        Expr::Chain(first, rest) => {
            is_constant_text(first) && rest.iter().all(|(_, node)| is_constant_text(node))
        }
        Expr::Array(nodes) | Expr::Expand(nodes) => nodes.iter().all(is_constant_text),
        Expr::Prefix(_, inner) => is_constant_text(inner),
        Expr::Postfix(base, posts) => {
            // Letters out of a variable that is the same everywhere; the variable itself is none.
            let letters = matches!(&base.kind, Expr::Var(name) if constants::is_hiding_place(name))
                && posts.iter().any(|post| matches!(post, Post::Index(_)));
            (letters || is_constant_text(base))
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
        Expr::Var(_) | Expr::Sub(..) | Expr::Block(_) | Expr::Hash(_) | Expr::Opaque => false,
    }
}

/// Whether two values are surely the same; large ones are compared by identity.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unknown, Value::Unknown) | (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::Str(a), Value::Str(b)) | (Value::Builder(a), Value::Builder(b)) => Rc::ptr_eq(a, b) || a == b,
        (Value::Bytes(a), Value::Bytes(b)) | (Value::Stream(a), Value::Stream(b)) => Rc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Rc::ptr_eq(a, b),
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

/// Whether a loop has a way out in its body: `break` or `return`, loops within it aside.
pub(super) fn ends_itself(body: &Block) -> bool {
    body.body.iter().any(ends)
}

fn ends(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Break | Stmt::Return(_) => true,
        Stmt::If(arms, otherwise) => {
            arms.iter().map(|(_, block)| block).chain(otherwise).any(|block| ends_itself(block))
        }
        Stmt::Blocks(blocks, _) => blocks.iter().any(|block| ends_itself(block)),
        _ => false,
    }
}

/// Whether a type is a list that grows: `List[string]`.
pub(super) fn is_list(name: &str) -> bool {
    name == "collections.arraylist"
        || name.strip_prefix("collections.generic.").unwrap_or(name).starts_with("list[")
        || name.starts_with("collections.objectmodel.collection[")
}

/// Whether a type is a table of names and values: `Dictionary[string,string]`.
pub(super) fn is_table(name: &str) -> bool {
    let plain = name.strip_prefix("collections.").unwrap_or(name);
    let plain =
        plain.strip_prefix("generic.").or_else(|| plain.strip_prefix("specialized.")).unwrap_or(plain);
    matches!(
        plain,
        "hashtable" | "ordereddictionary" | "psobject" | "pscustomobject" | "management.automation.psobject"
    ) || plain.starts_with("dictionary[")
        || plain.starts_with("sortedlist")
}
