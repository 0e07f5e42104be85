//! What somebody uses a page with: a mouse, or the keys alone. Either hand does the same, so that whatever is played with one can be with
//! the other.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::{Browser, Look, PATIENCE};

/// How often somebody presses a key before giving up.
const MANY_KEYS: usize = 300;
/// How long a page that was sent for may take to begin to go.
const GOING: Duration = Duration::from_secs(3);
/// Everything that Tab stops at, in the order of the page; and, of a group of choices, the one that it stops at.
const STOPS: &str = "const group = one => [...document.getElementsByName(one.name)].filter(other => other.form === one.form);
    const stop = one => one.type === 'radio' ? group(one).find(other => other.checked) ?? group(one)[0] : one;
    const stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
        .filter(one => !one.disabled && one.checkVisibility({visibilityProperty: true}) && stop(one) === one);";

/// In which way somebody uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// With a mouse, and with scripts.
    Mouse,
    /// By the keys alone, with scripts.
    Keys,
    /// With a mouse, and without scripts.
    Plain,
}

impl Look {
    /// The same in this way; or in the one that `CASEVAULT_WAY` asks for (`mouse`, `keys` or `plain`), which is how one command plays
    /// everything in every way.
    ///
    /// # Panics
    /// It asks for no such way.
    #[must_use]
    pub fn played(self, way: Way) -> Self {
        let way = match std::env::var("CASEVAULT_WAY").as_deref() {
            Err(_) => way,
            Ok("mouse") => Way::Mouse,
            Ok("keys") => Way::Keys,
            Ok("plain") => Way::Plain,
            Ok(other) => panic!("CASEVAULT_WAY is mouse, keys or plain, not {other}"),
        };
        Self { keys: way == Way::Keys, scripts: way != Way::Plain, ..self }
    }
}

impl Browser {
    /// Asks for a page of the same origin: by keys, where a link to it is shown, by that link.
    pub async fn goto(&self, address: &str) {
        let link = format!(
            "return [...document.querySelectorAll('a[href]')].find(one => one.href === {} && one.checkVisibility())?.getAttribute('href')",
            json!(address)
        );
        let link = if self.look.keys { self.run(&link).await } else { Value::Null };
        match link.as_str() {
            Some(link) => self.enter_at(&format!("a[href='{link}']")).await,
            None => self.driver.goto(address).await.expect("opened"),
        }
    }

    /// Chooses, follows or presses what is there, and waits until the page that follows is whole.
    pub async fn click(&self, css: &str) {
        match self.look.keys {
            true => self.choose(css).await,
            false => self.point(css).await,
        }
    }

    async fn point(&self, css: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.wait(css).await;
            let asks = self.asks(&format!("document.querySelector({})", json!(css)), "one.type === 'submit'").await;
            let Err(error) = found.click().await else { return self.gone(asks).await };
            // A page that asks again by itself may have taken the place of the one that was looked at.
            assert!(
                error.to_string().contains("stale element") && Instant::now() < until,
                "{css} at {}: {error}",
                self.address().await
            );
        }
    }

    /// Marks the page, and tells whether `one` asks for another: as a link, or in a form that is filled in, if it `sends` that.
    async fn asks(&self, one: &str, sends: &str) -> bool {
        let asks = format!(
            "const one = {one}; window.before = true; if (!one) return false;
             return one.localName === 'a' ? !one.hasAttribute('download') : {sends} && Boolean(one.form) && one.form.checkValidity()"
        );
        self.run(&asks).await == json!(true)
    }

    /// Waits until the page that was marked is gone, if another was asked for: what is looked for next might be on both.
    async fn gone(&self, asks: bool) {
        let until = Instant::now() + GOING;
        while asks && Instant::now() < until && self.run("return Boolean(window.before)").await == json!(true) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The same by keys: arrows within a list and a group of choices, Space for a box, Enter for everything else.
    async fn choose(&self, css: &str) {
        self.wait(css).await;
        let what = format!("const one = document.querySelector({}); return [one.localName, one.type ?? '']", json!(css));
        let what = self.run(&what).await;
        match (what[0].as_str(), what[1].as_str()) {
            (Some("option"), _) => self.choose_option(css).await,
            (_, Some("radio")) => self.choose_radio(css).await,
            (_, Some("checkbox")) => self.key(css, Key::Space + "").await,
            _ => self.enter_at(css).await,
        }
    }

    async fn choose_option(&self, css: &str) {
        let list = format!("document.querySelector({}).closest('select')", json!(css));
        self.tab_until(&format!("document.activeElement === {list}"), &list).await;
        let away = self
            .run(&format!("const list = {list}; return document.querySelector({}).index - list.selectedIndex", json!(css)))
            .await;
        let away = away.as_i64().expect("a number");
        for _ in 0..away.abs() {
            self.press(if away > 0 { Key::Down } else { Key::Up } + "").await;
        }
        let chosen = self.run(&format!("return document.querySelector({}).selected", json!(css))).await;
        assert_eq!(chosen, json!(true), "{css} at {}", self.address().await);
    }

    async fn choose_radio(&self, css: &str) {
        let one = format!("document.querySelector({})", json!(css));
        let group = format!("document.activeElement.name === {one}.name && document.activeElement.type === 'radio'");
        self.tab_until(&group, &one).await;
        for _ in 0..MANY_KEYS {
            match self.run(&format!("return [document.activeElement === {one}, {one}.checked]")).await {
                Value::Array(at) if at == [json!(true), json!(true)] => return,
                Value::Array(at) if at[0] == json!(true) => self.press(Key::Space + "").await,
                _ => self.press(Key::Down + "").await,
            }
        }
        panic!("no arrow reaches {css} at {}", self.address().await);
    }

    /// Presses Enter there; if that asks for a page, waits until the old one is gone.
    async fn enter_at(&self, css: &str) {
        self.tab_to(css).await;
        let asks = self.asks("document.activeElement", "true").await;
        self.press(Key::Enter + "").await;
        self.gone(asks).await;
    }

    /// Types into a field that is empty, or names files.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.wait(css).await;
        if self.look.keys {
            self.tab_to(css).await;
        }
        // The system's window in which a file is chosen is the system's.
        let files = self.run(&format!("return document.querySelector({}).type === 'file'", json!(css))).await == json!(true);
        match self.look.keys && !files {
            true => self.press(text).await,
            false => field.send_keys(text).await.expect("typed"),
        }
    }

    /// Types over what is in a field.
    pub async fn refill(&self, css: &str, text: &str) {
        if !self.look.keys {
            self.wait(css).await.clear().await.expect("emptied");
            return self.fill(css, text).await;
        }
        self.tab_to(css).await;
        let keys = self.driver.action_chain().key_down(Key::Control).send_keys("a").key_up(Key::Control);
        keys.perform().await.expect("all of it is chosen");
        self.press(text).await;
    }

    /// Puts a day into a field, which the browser has typed in the order that it shows.
    pub async fn day(&self, css: &str, day: &str) {
        self.wait(css).await;
        let value = format!("document.querySelector({}).value", json!(css));
        if !self.look.keys {
            self.run(&format!("{value} = '{day}'")).await;
            return;
        }
        let parts: Vec<_> = day.split('-').collect();
        let [year, month, date] = parts[..] else { panic!("{day} is no day") };
        // Whatever language pages are asked for in, the browser of these tests is American.
        self.key(css, [month, date, year].concat()).await;
        assert_eq!(self.run(&format!("return {value}")).await, json!(day), "{css} at {}", self.address().await);
    }

    /// Presses keys where the keyboard is.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("pressed");
    }

    /// Goes on with Tab until the keyboard is at such an element, as whoever has no mouse does.
    pub async fn tab_to(&self, css: &str) {
        self.wait(css).await;
        self.tab_until(
            &format!("document.activeElement.matches({0})", json!(css)),
            &format!("document.querySelector({})", json!(css)),
        )
        .await;
    }

    /// Presses Tab as often as there seem to be stops up to `one`, until this is so.
    async fn tab_until(&self, so: &str, one: &str) {
        for _ in 0..MANY_KEYS {
            let far = format!("stops.indexOf(stop({one})) - stops.indexOf(stop(document.activeElement))");
            let at = self.run(&format!("{STOPS} return [{so}, {far}]")).await;
            if at[0] == json!(true) {
                return;
            }
            let far = at[1].as_i64().expect("a number");
            let mut keys = self.driver.action_chain();
            if far < 0 {
                keys = keys.key_down(Key::Shift);
            }
            for _ in 0..far.abs().max(1) {
                keys = keys.send_keys(Key::Tab + "");
            }
            if far < 0 {
                keys = keys.key_up(Key::Shift);
            }
            keys.perform().await.expect("pressed");
        }
        panic!("no keyboard reaches {one} at {}: {}", self.address().await, self.text().await);
    }

    /// The same, and presses these keys there.
    pub async fn key(&self, css: &str, keys: impl Into<thirtyfour::TypingData>) {
        self.tab_to(css).await;
        self.press(keys).await;
    }
}
