//! A real Samba from Debian, as an ordinary user on a high port of loopback.
#![cfg(target_os = "linux")]

use deminer_probe::scan::{Outcome, Plan, Port, scan};
use deminer_probe::targets::Named;
use deminer_probe::{Answer, Credentials, Options, Session, Stage, Step, Verdict};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The user `nobody` of Debian, as whom everything runs where the tests run as root.
const NOBODY: u32 = 65_534;

/// A running Samba.
struct Samba {
    child: Child,
    port: u16,
    /// Its configuration and state.
    folder: TempDir,
    configuration: PathBuf,
}

impl Samba {
    /// Starts one with these lines in its configuration; `None`, and loudly so, where there is no Samba.
    fn start(lines: &str) -> Option<Self> {
        if !Path::new("/usr/sbin/smbd").exists() {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "Samba is missing");
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: the check of a real Samba, because there is none: `apt-get install samba`"
            );
            return None;
        }
        let folder = TempDir::new().unwrap();
        let path = folder.path().display();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let user = if is_root() { "nobody".to_owned() } else { name_of_user() };
        let configuration = folder.path().join("smb.conf");
        let text = format!(
            "[global]\nnetbios name = PROBE-TEST\nworkgroup = PROBE\nsmb ports = {port}\ninterfaces = lo\n\
             bind interfaces only = yes\nprivate dir = {path}\nlock dir = {path}\nstate directory = {path}\n\
             cache directory = {path}\npid directory = {path}\nncalrpc dir = {path}/ncalrpc\nlog file = {path}/log\n\
             guest account = {user}\nload printers = no\nprintcap name = /dev/null\ndisable spoolss = yes\n{lines}\n"
        );
        std::fs::write(&configuration, text).unwrap();
        if is_root() {
            for path in [folder.path(), &configuration] {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let mut command = ordinary("/usr/sbin/smbd");
        command
            .args(["--foreground", "--no-process-group", "--debug-stdout", "--configfile"])
            .arg(&configuration);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let mut samba = Self { child, port, folder, configuration };
        samba.wait();
        Some(samba)
    }

    /// Waits until it listens.
    fn wait(&mut self) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(self.child.try_wait().unwrap().is_none(), "Samba ended: {}", log());
            assert!(start.elapsed() < Duration::from_mins(1), "Samba does not listen: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Gives the user under whom it runs a password; the user's name.
    fn add_user(&self, password: &str) -> String {
        let user = if is_root() { "nobody".to_owned() } else { name_of_user() };
        let mut command = ordinary("/usr/bin/pdbedit");
        command.arg("--configfile").arg(&self.configuration).args(["-a", "-t", "-u", &user]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        write!(child.stdin.take().unwrap(), "{password}\n{password}\n").unwrap();
        assert!(child.wait().unwrap().success());
        user
    }

    /// One conversation with a name, which a scan would not lead with what is no Windows.
    fn talk(&self, credentials: Credentials) -> Verdict {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let server = "127.0.0.1".to_owned();
        let credentials = Some(credentials);
        let options = Options { server, credentials, pid: 7, mid: 9, nonce: [3; 8], ..Options::default() };
        let mut session = Session::new(options);
        stream.write_all(&session.connected()).unwrap();
        loop {
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).unwrap();
            match session.receive(&piece[..length]) {
                Step::Wait => assert!(length > 0, "hung up at {:?}", session.stage()),
                Step::Send(message) => stream.write_all(&message).unwrap(),
                Step::Done(verdict) => return verdict,
            }
        }
    }

    fn ask(&self) -> Outcome {
        let targets = Named::parse("127.0.0.1").unwrap().resolve().unwrap();
        let plan = Plan {
            ports: vec![Port { number: self.port, netbios: false }],
            timeout: Duration::from_secs(30),
            at_once: 1,
            credentials: None,
        };
        scan(&targets, &plan, &|_| ()).remove(0)
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn name_of_user() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A program that runs as an ordinary user.
fn ordinary(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let id = NOBODY.to_string();
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups", "--", program]);
    command
}

fn end(outcome: &Outcome) -> (Answer, Stage, Option<String>) {
    (outcome.verdict.answer, outcome.verdict.stage, outcome.verdict.cause.code())
}

#[test]
fn samba_is_no_windows_though_its_last_answer_is_that_of_a_fixed_one() {
    let Some(samba) = Samba::start("server min protocol = NT1") else { return };
    let outcome = samba.ask();
    let end = end(&outcome);
    assert_eq!(end, (Answer::NotWindows, Stage::Transaction, Some("0xC0000008".to_owned())));
    assert!(outcome.peer.is_samba(), "{:?}", outcome.peer);
    assert_eq!(outcome.peer.name.as_deref(), Some("PROBE-TEST"));
}

#[test]
fn samba_without_smb1() {
    let Some(samba) = Samba::start("server min protocol = SMB2") else { return };
    let end = end(&samba.ask());
    assert_eq!(end, (Answer::NotOffered, Stage::Negotiate, Some("0xFFFF".to_owned())));
}

#[test]
fn a_session_with_a_name_and_signed_messages() {
    for signing in ["mandatory", "disabled"] {
        let lines = format!("server min protocol = NT1\nrestrict anonymous = 2\nserver signing = {signing}");
        let Some(samba) = Samba::start(&lines) else { return };
        let refused = samba.ask().verdict;
        assert_eq!((refused.answer, refused.stage), (Answer::NotWindows, Stage::TreeConnect));

        let user = samba.add_user("sésame 開け");
        let right = samba.talk(Credentials::new(&format!("PROBE-TEST\\{user}"), "sésame 開け".to_owned()));
        assert_eq!((right.stage, right.cause.code().as_deref()), (Stage::Transaction, Some("0xC0000008")));
        let wrong = samba.talk(Credentials::new(&user, "sesame".to_owned()));
        assert_eq!((wrong.stage, wrong.cause.code().as_deref()), (Stage::SessionSetup, Some("0xC000006D")));
    }
}
