//! A real browser: Debian's chromium, driven through its driver, with a profile of its own that is empty at first.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel, WindowHandle};

mod hand;

pub use hand::Way;

use crate::interface::Interface;
use crate::world::PASSPHRASE;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The directory, in its profile, where what is saved goes.
const DOWNLOADS: &str = "downloads";

/// A browser with one window.
pub struct Browser {
    driver: WebDriver,
    server: String,
    process: Child,
    look: Look,
    asking: reqwest::Client,
    /// The browser's profile.
    pub profile: TempDir,
}

/// What a browser is like.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The language that it asks for.
    pub language: &'static str,
    /// How wide its window is, in CSS pixels.
    pub width: u32,
    /// Whether it runs scripts.
    pub scripts: bool,
    /// Whether whoever uses it has no mouse.
    pub keys: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { language: "en", width: 1100, scripts: true, keys: false }
    }
}

impl Browser {
    /// Starts a browser.
    pub async fn start(look: Look) -> Self {
        let profile = tempfile::tempdir().expect("a directory");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let started =
            lines.find_map(|line| line.ok()?.split("successfully on port ").nth(1).map(str::to_owned)).expect("it starts");
        let port = started.trim().trim_end_matches('.').to_owned();
        // What it says later goes nowhere, and does not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let server = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(&server, capabilities(look, profile.path())).await;
        Self { driver: driver.expect("a browser starts"), server, process, look, asking: reqwest::Client::new(), profile }
    }

    /// Opens the file that the interface has written, and waits until the browser has come in.
    pub async fn enter(&self, interface: &Interface) {
        self.enter_by(&interface.redirect).await;
    }

    /// The same by this file.
    pub async fn enter_by(&self, redirect: &Path) {
        self.driver.goto(format!("file://{}", redirect.display())).await.expect("opened");
        // Without scripts a person presses the button.
        let until = Instant::now() + Duration::from_secs(3);
        while Instant::now() < until && !self.address().await.starts_with("http") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if !self.address().await.starts_with("http") {
            self.click("button").await;
        }
        self.wait("main").await;
    }

    /// Types the passphrase.
    pub async fn unlock(&self) {
        self.unlock_waiting().await;
        self.wait("nav a[href='/cases'], nav a[href='/people']").await;
    }

    /// The same of somebody who waits to be approved.
    pub async fn unlock_waiting(&self) {
        self.fill("input[name=passphrase]", std::str::from_utf8(PASSPHRASE).expect("text")).await;
        self.click("main button.primary").await;
        self.wait("form[data-lock], a[href='/joining']").await;
    }

    /// Where what is saved goes.
    pub fn downloads(&self) -> PathBuf {
        self.profile.path().join(DOWNLOADS)
    }

    /// Opens another window of the same browser, and looks at it; the name of the one before.
    pub async fn window(&self) -> WindowHandle {
        let before = self.driver.window().await.expect("a window");
        let new = self.driver.new_tab().await.expect("a window");
        self.driver.switch_to_window(new).await.expect("it is there");
        before
    }

    /// Looks at this window.
    pub async fn look_at(&self, window: WindowHandle) {
        self.driver.switch_to_window(window).await.expect("it is there");
    }

    /// The address that is shown.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("an address").to_string()
    }

    /// Waits until there is such an element.
    pub async fn wait(&self, css: &str) -> WebElement {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(found) = self.driver.find(By::Css(css.to_owned())).await {
                return found;
            }
            let shown = Instant::now() < until;
            assert!(shown, "no {css} at {}: {}", self.address().await, self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page says this.
    pub async fn says(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.text().await.contains(words) {
            assert!(Instant::now() < until, "no “{words}” at {}: {}", self.address().await, self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// All that is read on the page.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default().replace(['\u{2068}', '\u{2069}'], ""),
            Err(_) => String::new(),
        }
    }

    /// The window's title.
    pub async fn title(&self) -> String {
        self.driver.title().await.expect("a title")
    }

    /// Runs a script of the test's, beside the page's own policy, and returns what it returns.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        self.driver.execute(script, Vec::new()).await.expect("it runs").json().clone()
    }

    /// The same with a script that calls back.
    pub async fn run_long(&self, script: &str) -> serde_json::Value {
        self.driver.execute_async(script, Vec::new()).await.expect("it runs").json().clone()
    }

    /// What the browser complained of since it was asked last: policies that were broken, scripts that failed.
    pub async fn complaints(&self) -> Vec<String> {
        self.driver.browser_log().await.expect("a log").into_iter().map(|entry| entry.message).collect()
    }

    /// Draws from the middle of an element to so many pixels from there.
    pub async fn draw(&self, css: &str, to: (i64, i64)) {
        let from = self.wait(css).await;
        from.scroll_into_view().await.expect("shown");
        let drawn =
            self.driver.action_chain().move_to_element_center(&from).click_and_hold().move_by_offset(to.0, to.1).release();
        drawn.perform().await.expect("drawn");
    }

    /// Has the machine's clock be in this zone.
    pub async fn is_in(&self, zone: &str) {
        self.command("Emulation.setTimezoneOverride", json!({"timezoneId": zone})).await;
    }

    /// Asks the browser itself for something.
    async fn command(&self, name: &str, parameters: serde_json::Value) -> serde_json::Value {
        let address = format!("{}/session/{}/goog/cdp/execute", self.server, self.driver.session_id());
        let asked = json!({"cmd": name, "params": parameters});
        let answer = self.asking.post(address).body(asked.to_string()).send().await.expect("asked");
        serde_json::from_slice(&answer.bytes().await.expect("answered")).expect("JSON")
    }

    /// Keeps a picture of the whole page as `target/web-screenshots/NAME.png`.
    pub async fn picture(&self, name: &str) {
        let size =
            self.run("return [document.documentElement.clientWidth, Math.max(600, document.documentElement.scrollHeight), innerHeight]").await;
        // What fits into the window is not laid out anew for its picture.
        let beyond = size[1].as_u64() > size[2].as_u64();
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let answer = self
            .devtools("Page.captureScreenshot", json!({"captureBeyondViewport": beyond, "clip": clip, "optimizeForSpeed": true}))
            .await;
        let data = answer["data"].as_str().expect("a picture");
        let directory = target().join("web-screenshots");
        std::fs::create_dir_all(&directory).expect("a directory");
        std::fs::write(directory.join(format!("{name}.png")), BASE64.decode(data.as_bytes()).expect("base64")).expect("written");
    }

    /// Has the browser work so many times as slowly.
    pub async fn slow_down(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({"rate": times})).await;
    }

    /// Asks the browser what its own developer tools ask.
    async fn devtools(&self, command: &str, parameters: serde_json::Value) -> serde_json::Value {
        let asked = json!({"cmd": command, "params": parameters});
        let address = format!("{}/session/{}/goog/cdp/execute", self.server, self.driver.session_id());
        let answer = self.asking.post(address).body(asked.to_string()).send().await.expect("asked");
        let answer: serde_json::Value = serde_json::from_slice(&answer.bytes().await.expect("answered")).expect("JSON");
        answer["value"].clone()
    }

    /// What axe-core finds on the page: nothing, if nobody is kept out of it.
    pub async fn barriers(&self) -> Vec<String> {
        // It is a script itself; the page has the same elements without any.
        if !self.look.scripts {
            return Vec::new();
        }
        let axe = target().join("axe/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("npm install --prefix target/axe axe-core@4.11.0");
        let ask = "const done = arguments[arguments.length - 1]; axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations.flatMap(one => \
                   one.nodes.map(node => one.id + ': ' + node.html.slice(0, 200) + ' ' + node.failureSummary))), error => done([String(error)]))";
        let found = self.run_long(&format!("{axe}; {ask}")).await;
        found.as_array().expect("a list").iter().map(ToString::to_string).collect()
    }

    /// Ends the browser, which then writes what it keeps.
    pub async fn end(self) -> TempDir {
        let Self { driver, mut process, profile, .. } = self;
        let _ = driver.quit().await;
        let _ = process.kill();
        let _ = process.wait();
        profile
    }
}

fn capabilities(look: Look, profile: &Path) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--lang={}", look.language));
    arguments.push(format!("--window-size={},900", look.width));
    for argument in &arguments {
        capabilities.add_arg(argument).expect("an argument");
    }
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).expect("an option");
    capabilities.set_binary("/usr/bin/chromium").expect("a path");
    let mut prefs = json!({
        "intl.accept_languages": look.language,
        "download.default_directory": profile.join(DOWNLOADS),
        "download.prompt_for_download": false,
    });
    if !look.scripts {
        prefs["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    capabilities.add_experimental_option("prefs", prefs).expect("an option");
    if look.width < 500 {
        let metrics =
            json!({"deviceMetrics": {"width": look.width, "height": 900, "pixelRatio": 1.0, "touch": false, "mobile": false}});
        capabilities.add_experimental_option("mobileEmulation", metrics).expect("an option");
    }
    capabilities
}

/// What is built, and what tests leave behind.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("target")
}
