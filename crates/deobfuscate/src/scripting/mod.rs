//! `VBScript` and `JScript`: constant expressions, variables with constant values, counting loops.
//!
//! There is no tree: statements are walked over their tokens, so the depth of nesting costs nothing but a counter.

mod expressions;
mod tokens;
mod value;
mod walker;

pub(crate) use self::tokens::Dialect;

use self::walker::Walker;
use crate::engine::{Child, Opened};
use crate::model::{Language, Limits};

/// Opens a text in one of the two languages: what it runs, and how it reads without its tricks.
pub(crate) fn open(
    text: &str,
    dialect: Dialect,
    limits: &Limits,
    room: usize,
    steps: &mut u64,
    opened: &mut Opened,
) {
    if text.trim_start().starts_with("#@~^") {
        opened.problems.push((
            "encoded-script",
            "the script is in Microsoft's encoded form, which is not opened".to_owned(),
        ));
        return;
    }
    let language = if dialect == Dialect::Vb { Language::VbScript } else { Language::JScript };
    let (tokens, complete) = tokens::tokens(text, dialect);
    if !complete {
        opened.problems.push(("length-limit", "the script has more parts than are followed".to_owned()));
    }
    let mut walker = Walker::new(&tokens, dialect, limits.max_depth, room, steps);
    walker.run();
    if walker.out_of_steps {
        opened
            .problems
            .push(("step-limit", "working out the script takes more steps than are allowed".to_owned()));
    }
    if walker.is_obfuscated() {
        opened.traits.push(("obfuscated", 0));
    }
    if walker.tricks > 0
        && let Some(readable) = walker.readable(text, room)
    {
        opened.children.push(Child { how: "evaluated", language: Some(language), text: readable });
    }
    opened.traits.append(&mut walker.traits);
    opened.children.append(&mut walker.children);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str, dialect: Dialect) -> Opened {
        let mut opened = Opened::default();
        let limits = Limits::default();
        open(text, dialect, &limits, limits.max_output, &mut limits.max_steps.clone(), &mut opened);
        opened
    }

    #[track_caller]
    fn shows(text: &str, dialect: Dialect, wanted: &str) {
        let opened = opened(text, dialect);
        assert!(
            opened.children.iter().any(|child| child.text.contains(wanted)),
            "{wanted:?} is not in {:#?}",
            opened.children
        );
    }

    #[test]
    fn vbscript_sums_of_characters() {
        shows("Execute Chr(77+1) & chr(&H73) & \"gBox 1\"", Dialect::Vb, "NsgBox 1");
        shows(
            "a = \"lleh\" & \"s\"\r\nb = \"power\" + StrReverse(a)\r\nCreateObject(\"WScript.Shell\").Run b & \" -e QQ\", 0",
            Dialect::Vb,
            "powershell -e QQ",
        );
        shows("ExecuteGlobal Join(Array(\"a\",\"b = 1\"), \"\")", Dialect::Vb, "ab = 1");
        shows("x = Replace(\"Wr!te\", \"!\", \"i\") : o.Exec(x & \" now\")", Dialect::Vb, "Write now");
    }

    #[test]
    fn vbscript_counting_loop() {
        let hex: String = "MsgBox 42".bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
        shows(
            &format!(
                "s = \"{hex}\"\r\nFor i = 1 To Len(s) Step 2\r\nr = r & Chr(\"&H\" & Mid(s, i, 2))\r\nNext\r\nExecute r"
            ),
            Dialect::Vb,
            "MsgBox 42",
        );
        shows(
            "For Each c In Array(77,115,103)\r\nr = r & Chr(c)\r\nNext\r\nExecute r & \"Box 1\"",
            Dialect::Vb,
            "MsgBox 1",
        );
    }

    #[test]
    fn jscript_character_codes_and_reversal() {
        shows("eval(String.fromCharCode(97,108,101,114,116)+'(1)')", Dialect::Js, "alert(1)");
        shows("var a='trela'.split('').reverse().join('');eval(a+\"(2)\")", Dialect::Js, "alert(2)");
        shows("eval(unescape('%61lert%u0028%33)'))", Dialect::Js, "alert(3)");
        shows(
            "var s='';var c=[98,109];for(var i=0;i<c.length;i++){s+=String.fromCharCode(c[i]-1);}eval(s+'(4)');",
            Dialect::Js,
            "al(4)",
        );
        shows("eval('aQlert(Q5)'.replace(/Q/g,''))", Dialect::Js, "alert(5)");
        shows("new ActiveXObject('WScript.Sh'+'ell').Run('cmd /'+'c calc',0)", Dialect::Js, "cmd /c calc");
    }

    #[test]
    fn plain_scripts_have_no_second_form() {
        for (text, dialect) in [
            ("Dim a\r\nSet a = CreateObject(\"WScript.Shell\")\r\nMsgBox \"done\"\r\n", Dialect::Vb),
            ("var a = 1; if (a == 2) { WScript.Echo('x'); }", Dialect::Js),
        ] {
            let opened = opened(text, dialect);
            assert!(opened.children.is_empty() && opened.traits.is_empty(), "{:?}", opened.children);
        }
    }

    #[test]
    fn broken_and_endless_texts_end() {
        for text in [
            "((((((((",
            "a = ",
            "For i = 1 To",
            "For i = 1 To 10 Step 0\r\nNext",
            "Execute",
            "[",
            "a[",
            "a.",
            "'",
            "\"",
            "for(;;){",
            "for(i=0;i<1;){a+='x'}",
            "x=x&x",
            "/",
            "eval(",
        ] {
            opened(text, Dialect::Vb);
            opened(text, Dialect::Js);
        }
        let deep = "(".repeat(100_000);
        opened(&deep, Dialect::Js);
        opened(&format!("a={deep}"), Dialect::Vb);
    }
}
