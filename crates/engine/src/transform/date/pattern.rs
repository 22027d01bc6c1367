//! A date format as a list of tokens, and how a text is read against it.
//!
//! ```text
//! yyyy yy   year; two digits: 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999
//! M MM      month           MMM MMMM   its name in English, German, French or Spanish, full or short
//! d dd      day             E          name of the weekday, read over
//! H HH      hour 0 to 23    h hh       hour 1 to 12, with a = AM or PM
//! m mm      minute          s ss       second          S   its fraction
//! X Z       zone: Z, +02, +0200, +02:00
//! '…'       as it stands, like every other character; a blank stands for any run of blanks
//! ```
//!
//! A number may have fewer or more digits than its token (`1.4.2026` fits `dd.MM.yyyy`) unless another number follows at
//! once (`yyyyMMdd`). The time at the end may be missing.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::month;
use crate::transform::canonical::{self, Moment};
use crate::transform::text::is_blank;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Weekday,
    Hour,
    HalfDayHour,
    Meridiem,
    Minute,
    Second,
    Fraction,
    Zone,
    Blanks,
    Literal(char),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    tokens: Vec<(Token, Width)>,
    /// Tokens up to here make up the day; a text may end behind them.
    day_ends: usize,
    example: String,
}

/// How many digits a number token takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Width {
    least: usize,
    most: usize,
}

/// What a text says, before anything is known to exist.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    half_day: bool,
    timed: bool,
    offset: Option<Offset>,
    /// The format wants four digits of the year and the text has two.
    pub(super) short_year: bool,
}

impl Parts {
    /// `None` where the calendar or the clock has no such day or hour.
    pub(super) fn moment(self) -> Option<Moment> {
        let date = Date::new(self.year, self.month, self.day).ok()?;
        if !self.timed {
            return Some(Moment::Day(date));
        }
        let hour = match (self.half_day, self.afternoon) {
            (true, _) if !(1..=12).contains(&self.hour) => return None,
            (true, Some(afternoon)) => self.hour % 12 + if afternoon { 12 } else { 0 },
            _ => self.hour,
        };
        Moment::at(date, Time::new(hour, self.minute, self.second, self.nanosecond).ok()?, self.offset)
    }
}

impl Token {
    fn is_number(self) -> bool {
        use Token::{Day, Fraction, HalfDayHour, Hour, Minute, Month, Second, ShortYear, Year};
        matches!(self, Year | ShortYear | Month | Day | Hour | HalfDayHour | Minute | Second | Fraction)
    }

    fn is_of_the_day(self) -> bool {
        matches!(self, Self::Year | Self::ShortYear | Self::Month | Self::MonthName | Self::Day)
    }

    /// This part of 31 December 2026, 14:30 UTC.
    fn example(self, letters: usize) -> String {
        let text = match (self, letters) {
            (Self::Year, _) => "2026",
            (Self::ShortYear, _) => "26",
            (Self::Month, _) => "12",
            (Self::MonthName, 3) => "Dec",
            (Self::MonthName, _) => "December",
            (Self::Day, _) => "31",
            (Self::Weekday, ..4) => "Thu",
            (Self::Weekday, _) => "Thursday",
            (Self::Hour, _) => "14",
            (Self::HalfDayHour, 1) => "2",
            (Self::HalfDayHour, _) => "02",
            (Self::Meridiem, _) => "PM",
            (Self::Minute, _) => "30",
            (Self::Second, _) => "00",
            (Self::Fraction, _) => "0",
            (Self::Zone, _) => "Z",
            (Self::Blanks, _) => " ",
            (Self::Literal(character), _) => return character.to_string(),
        };
        text.to_owned()
    }

    fn of(letter: char, count: usize) -> Option<Self> {
        Some(match (letter, count) {
            ('y', 4) => Self::Year,
            ('y', 2) => Self::ShortYear,
            ('M', 1 | 2) => Self::Month,
            ('M', 3 | 4) => Self::MonthName,
            ('d', 1 | 2) => Self::Day,
            ('E', _) => Self::Weekday,
            ('H', 1 | 2) => Self::Hour,
            ('h', 1 | 2) => Self::HalfDayHour,
            ('a', 1) => Self::Meridiem,
            ('m', 1 | 2) => Self::Minute,
            ('s', 1 | 2) => Self::Second,
            ('S', _) => Self::Fraction,
            ('X' | 'x' | 'Z', _) => Self::Zone,
            _ => return None,
        })
    }
}

impl Pattern {
    /// `None` when the format has an unknown letter, or not one day, month and year each.
    pub(super) fn compile(format: &str) -> Option<Self> {
        let tokens = tokens(format)?;
        let count = |wanted: &[Token]| tokens.iter().filter(|(token, _)| wanted.contains(token)).count();
        let whole_day = count(&[Token::Year, Token::ShortYear]) == 1
            && count(&[Token::Month, Token::MonthName]) == 1
            && count(&[Token::Day]) == 1;
        let whole_time = count(&[Token::Hour, Token::HalfDayHour]) >= count(&[Token::Minute, Token::Meridiem]).min(1);
        if !whole_day || !whole_time {
            return None;
        }
        let day_ends = tokens.iter().rposition(|(token, _)| token.is_of_the_day())? + 1;
        let example = tokens.iter().map(|&(token, letters)| token.example(letters)).collect();
        let tokens = tokens.iter().enumerate().map(|(index, &(token, letters))| {
            let next_is_number = tokens.get(index + 1).is_some_and(|(next, _)| next.is_number());
            (token, width(token, letters, next_is_number))
        });
        Some(Self { tokens: tokens.collect(), day_ends, example })
    }

    pub(super) fn example(&self) -> String {
        self.example.clone()
    }

    /// Whether a canonical date could be read by this format as another day.
    pub(super) fn contradicts_iso(&self) -> bool {
        let order = self.tokens.iter().map(|(token, _)| *token).take(5);
        order.eq([Token::Year, Token::Literal('-'), Token::Day, Token::Literal('-'), Token::Month])
    }

    /// What `text` says when it has this shape, whether or not such a day exists.
    pub(super) fn read(&self, text: &str) -> Option<Parts> {
        let mut parts = Parts::default();
        let mut rest = text;
        for (index, &(token, width)) in self.tokens.iter().enumerate() {
            if rest.is_empty() && index >= self.day_ends {
                return Some(parts);
            }
            rest = parts.take(token, width, rest)?;
        }
        rest.is_empty().then_some(parts)
    }
}

fn width(token: Token, letters: usize, next_is_number: bool) -> Width {
    match (token, next_is_number) {
        (Token::Fraction, _) => Width { least: 1, most: 9 },
        (_, true) => Width { least: letters, most: letters },
        (Token::Year | Token::ShortYear, false) => Width { least: 2, most: 4 },
        (_, false) => Width { least: 1, most: 2 },
    }
}

/// The tokens of a format, each with the number of letters it was written with.
fn tokens(format: &str) -> Option<Vec<(Token, usize)>> {
    let mut tokens = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|character| *character == first).count();
        let mut length = run * first.len_utf8();
        if first == '\'' {
            let quoted = rest[1..].find('\'')?;
            tokens.extend(rest[1..=quoted].chars().map(|character| (Token::Literal(character), 1)));
            length = quoted + 2;
        } else if is_blank(first) {
            tokens.push((Token::Blanks, 1));
        } else if first.is_ascii_alphabetic() {
            tokens.push((Token::of(first, run)?, run));
        } else {
            tokens.extend(std::iter::repeat_n((Token::Literal(first), 1), run));
        }
        rest = &rest[length..];
    }
    Some(tokens)
}

impl Parts {
    /// Reads one token from the start of `text` and returns what is left.
    fn take<'a>(&mut self, token: Token, width: Width, text: &'a str) -> Option<&'a str> {
        self.timed |= matches!(token, Token::Hour | Token::HalfDayHour);
        match token {
            Token::Literal(wanted) => text.strip_prefix(wanted),
            Token::Blanks => {
                let rest = text.trim_start_matches(is_blank);
                (rest.len() < text.len()).then_some(rest)
            }
            Token::Weekday => Some(word(text)?.1),
            Token::MonthName => {
                let (name, rest) = word(text)?;
                self.month = month::number(name)?;
                Some(rest)
            }
            Token::Meridiem => self.meridiem(text),
            Token::Zone => {
                self.offset = canonical::zone(text.as_bytes())?;
                Some("")
            }
            _ => self.number(token, width, text),
        }
    }

    fn number<'a>(&mut self, token: Token, width: Width, text: &'a str) -> Option<&'a str> {
        let digits = text.bytes().take(width.most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at_checked(digits).filter(|_| digits >= width.least)?;
        if token == Token::Fraction {
            // A fraction is the one number whose value depends on its digits' places.
            let value: i32 = number.parse().ok()?;
            self.nanosecond = value * 10_i32.pow(9 - digits as u32);
            return Some(rest);
        }
        let value = canonical::number(number.as_bytes())?;
        match token {
            Token::Year | Token::ShortYear => self.year(token, digits, value)?,
            Token::Month => self.month = value as i8,
            Token::Day => self.day = value as i8,
            Token::Hour => self.hour = value as i8,
            Token::HalfDayHour => (self.hour, self.half_day) = (value as i8, true),
            Token::Minute => self.minute = value as i8,
            _ => self.second = value as i8,
        }
        Some(rest)
    }

    fn year(&mut self, token: Token, digits: usize, value: i16) -> Option<()> {
        self.year = match (digits, value) {
            (4, year) => year,
            (2, 0..=68) => 2000 + value,
            (2, _) => 1900 + value,
            _ => return None,
        };
        self.short_year = digits == 2 && token == Token::Year;
        Some(())
    }

    /// `AM`, `p.m.` or `p. m.`, up to the stop behind it.
    fn meridiem<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let end = text.find(['m', 'M'])? + 1;
        let (word, rest) = text.split_at(end);
        let letters = word.chars().filter(|character| !is_blank(*character) && *character != '.');
        self.afternoon = Some(match letters.collect::<String>().to_ascii_lowercase().as_str() {
            "am" => false,
            "pm" => true,
            _ => return None,
        });
        Some(rest.strip_prefix('.').unwrap_or(rest))
    }
}

/// A word and the stop that shortens it; then the rest.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|character: char| !character.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty()).then_some((word, rest.strip_prefix('.').unwrap_or(rest)))
}
