//! Programs that a chore needs from the system: said what and why, then installed where that is known (apt).
//!
//! Installs nothing for the product itself; whoever uses a released Carryover needs none of this.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::{run, stdout, succeeds};
use crate::trouble::Trouble;

/// Systems, and the command that installs a package there. No command: each entry of [`Need::packages`] says what to do.
const SYSTEMS: [(&str, &str); 5] = [
    ("Debian, Ubuntu", "sudo apt-get install "),
    ("Fedora", "sudo dnf install "),
    ("Arch", "sudo pacman -S "),
    ("macOS", ""),
    ("Windows", ""),
];

/// One program that a chore runs.
pub(crate) struct Need {
    /// Found on PATH means it is there. One that ends in `.pc` is a library, which pkg-config finds; a path
    /// is looked for as it stands.
    program: &'static str,
    why: &'static str,
    /// What brings it, in the order of [`SYSTEMS`]. Empty: not needed there, or there already.
    packages: [&'static str; 5],
}

/// macOS and Windows cannot have built this program without theirs.
pub(crate) const COMPILER: Need = Need {
    program: "cc",
    why: "compiles SQLite and the cryptography, and links",
    packages: ["build-essential", "gcc", "base-devel", "", ""],
};

pub(crate) const PKG_CONFIG: Need = Need {
    program: "pkg-config",
    why: "finds the system's libraries",
    packages: ["pkg-config", "pkgconf-pkg-config", "pkgconf", "", ""],
};

pub(crate) const SESSION_BUS: Need = Need {
    program: "dbus-run-session",
    why: "gives the tests a session of their own",
    packages: ["dbus", "dbus-daemon", "dbus", "", ""],
};

pub(crate) const KEYRING: Need = Need {
    program: "gnome-keyring-daemon",
    why: "is the keychain of the tests, thrown away afterwards",
    packages: ["gnome-keyring", "gnome-keyring", "gnome-keyring", "", ""],
};

pub(crate) const SECRET_TOOL: Need = Need {
    program: "secret-tool",
    why: "lets the tests look into that keychain from outside",
    packages: ["libsecret-tools", "libsecret", "libsecret", "", ""],
};

pub(crate) const PYTHON: Need = Need {
    program: "python3",
    why: "runs what `bench` measures against, and fetches `typos`",
    packages: ["python3", "python3", "python", "brew install python", "winget install Python.Python.3.13"],
};

pub(crate) const PIP: Need = Need {
    program: "pip3",
    why: "installs them into the target folder",
    packages: ["python3-pip", "python3-pip", "python-pip", "brew install python", ""],
};

#[cfg(feature = "data")]
pub(crate) const SQLITE: Need = Need {
    program: "sqlite3",
    why: "is what `carryover import` is measured against",
    packages: ["sqlite3", "sqlite", "sqlite", "brew install sqlite", "winget install SQLite.SQLite"],
};

pub(crate) const TIME: Need = Need {
    program: "time",
    why: "tells the most memory that a program held",
    packages: ["time", "time", "time", "", ""],
};

/// Brings the headers and, through them, the library that the window is drawn with.
pub(crate) const WEBVIEW: Need = Need {
    program: "webkit2gtk-4.1.pc",
    why: "draws the window",
    packages: ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1", "", ""],
};

pub(crate) const NODE: Need = Need {
    program: "node",
    why: "builds the page in the window",
    packages: ["nodejs", "nodejs", "nodejs", "brew install node", "winget install OpenJS.NodeJS.LTS"],
};

pub(crate) const NPM: Need = Need {
    program: "npm",
    why: "fetches what the page is built with",
    packages: ["npm", "nodejs-npm", "npm", "brew install node", "winget install OpenJS.NodeJS.LTS"],
};

pub(crate) const XVFB: Need = Need {
    program: "xvfb-run",
    why: "is the screen of the tests",
    packages: ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb", "", ""],
};

pub(crate) const XAUTH: Need =
    Need { program: "xauth", why: "opens that screen", packages: ["xauth", "xorg-x11-xauth", "xorg-xauth", "", ""] };

pub(crate) const OPENBOX: Need = Need {
    program: "openbox",
    why: "puts the window on that screen",
    packages: ["openbox", "openbox", "openbox", "", ""],
};

pub(crate) const DRIVER: Need = Need {
    program: "WebKitWebDriver",
    why: "uses the window as a person does",
    packages: ["webkit2gtk-driver", "webkit2gtk4.1", "webkitgtk-6.0", "", ""],
};

pub(crate) const XDOTOOL: Need =
    Need { program: "xdotool", why: "uses the system's dialogs", packages: ["xdotool", "xdotool", "xdotool", "", ""] };

pub(crate) const XCLIP: Need =
    Need { program: "xclip", why: "writes into the system's dialogs", packages: ["xclip", "xclip", "xclip", "", ""] };

pub(crate) const XWININFO: Need = Need {
    program: "xwininfo",
    why: "tells where the window is",
    packages: ["x11-utils", "xwininfo", "xorg-xwininfo", "", ""],
};

/// GTK itself comes with [`WEBVIEW`].
pub(crate) const PYTHON_GTK: Need = Need {
    program: "/usr/lib/python3/dist-packages/gi/__init__.py",
    why: "is the file manager that files are dragged from",
    packages: ["python3-gi", "python3-gobject", "python-gobject", "", ""],
};

pub(crate) const RPM: Need =
    Need { program: "rpmbuild", why: "makes the .rpm", packages: ["rpm", "rpm-build", "rpm-tools", "", ""] };

pub(crate) const GIO: Need = Need {
    program: "gio",
    why: "opens a file as a double click does",
    packages: ["libglib2.0-bin", "glib2", "glib2", "", ""],
};

pub(crate) const FAKETIME: Need = Need {
    program: "faketime",
    why: "makes a program believe in another time",
    packages: ["faketime", "libfaketime", "libfaketime", "", ""],
};

pub(crate) const IMPORT: Need = Need {
    program: "import",
    why: "takes the pictures of the window",
    packages: ["imagemagick", "ImageMagick", "imagemagick", "", ""],
};

/// Makes sure of every program, or says what to install and stops.
pub(crate) fn need(needs: &[&Need]) -> Result<(), Trouble> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| need.is_missing()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Missing here:");
    for need in &missing {
        eprintln!("  {:22}{}", need.program, need.why);
    }
    if on_path("apt-get").is_none() {
        return Err(Trouble::Missing(by_hand(&missing)));
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.packages[0]).collect();
    eprintln!("Installing with apt-get: {}", packages.join(" "));
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())
}

impl Need {
    fn is_missing(&self) -> bool {
        let here = match std::env::consts::OS {
            "macos" => self.packages[3],
            "windows" => self.packages[4],
            _ => self.packages[0],
        };
        !here.is_empty() && !self.is_there()
    }

    fn is_there(&self) -> bool {
        match self.program.strip_suffix(".pc") {
            Some(library) => succeeds(Command::new("pkg-config").args(["--exists", library])),
            None if self.program.starts_with('/') => Path::new(self.program).is_file(),
            None => on_path(self.program).is_some(),
        }
    }
}

/// Where a program is, if it is installed.
fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

/// Runs apt-get as whoever may, without questions.
pub(crate) fn apt_get(arguments: &[&str]) -> Result<(), Trouble> {
    let root = stdout(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = Command::new(if root { "env" } else { "sudo" });
    if !root {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]);
    // Another installation may be under way, of updates for example: wait for it.
    command.args(["-o", "DPkg::Lock::Timeout=600"]).args(arguments);
    // What was wanted and why has been said; pages of unpacking help nobody, and errors go to stderr.
    run(command.stdout(Stdio::null()))
}

/// What to type on each system.
fn by_hand(missing: &[&Need]) -> String {
    let lines = SYSTEMS.iter().enumerate().map(|(index, (system, command))| {
        let mut packages: Vec<&str> = missing.iter().map(|need| need.packages[index]).collect();
        packages.retain(|package| !package.is_empty());
        packages.sort_unstable();
        packages.dedup();
        match (packages.is_empty(), command.is_empty()) {
            (true, _) => format!("  {system:16}nothing\n"),
            (false, true) => format!("  {system:16}{}\n", packages.join("; ")),
            (false, false) => format!("  {system:16}{command}{}\n", packages.join(" ")),
        }
    });
    let head = "Carryover cannot install these here. Install them, then run the same command again:\n".to_owned();
    std::iter::once(head).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_package_once_per_system() {
        let text = by_hand(&[&PYTHON, &PIP, &SESSION_BUS]);
        for line in [
            "  Debian, Ubuntu  sudo apt-get install dbus python3 python3-pip",
            "  Fedora          sudo dnf install dbus-daemon python3 python3-pip",
            "  Arch            sudo pacman -S dbus python python-pip",
            "  macOS           brew install python",
            "  Windows         winget install Python.Python.3.13",
        ] {
            assert!(text.lines().any(|printed| printed == line), "`{line}` is missing in\n{text}");
        }
        assert!(by_hand(&[&KEYRING]).contains("  Windows         nothing\n"));
    }

    #[test]
    fn a_program_is_found_by_its_name_alone() {
        assert!(on_path("cargo").is_some(), "cargo runs this test");
        assert!(on_path("no-such-program-anywhere").is_none());
    }
}
