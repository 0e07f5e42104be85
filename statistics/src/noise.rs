//! Noise, and what it is worth: discrete Gaussian noise (Canonne, Kamath, Steinke 2020), drawn with integers and fractions alone, since
//! noise in floating point tells what it hides (Mironov 2012). Accounting is in zero-concentrated differential privacy, ρ, and stated
//! as (ε, δ), rounded up.

use num_traits::ToPrimitive;
use prio::dp::Rational;
use prio::dp::distributions::DiscreteGaussian;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::rngs::StdRng;

use crate::variables::variables;

/// The standard deviation of the noise that each aggregator adds to each cell. Each one's alone is what ε is stated for.
pub const DEVIATION: u32 = 13;
/// δ is one in this many.
pub const DELTA: u32 = 1_000_000;
/// Periods of one year: four quarters and the year.
pub const PERIODS: u64 = 5;

/// Millionths.
const MILLION: u128 = 1_000_000;
/// ln(1/δ) for [`DELTA`], in millionths, rounded up.
const LOG: u128 = 13_815_511;

/// Noise could not be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no noise could be drawn")]
pub struct NoNoise;

/// Noise for each cell, from a secret seed. The same seed gives the same noise: whoever has it can take the noise away.
///
/// # Errors
/// [`NoNoise`] if a number is beyond all that this noise ever is.
pub fn draw(seed: [u8; 32]) -> Result<Vec<i64>, NoNoise> {
    numbers(seed, variables().cells)
}

fn numbers(seed: [u8; 32], count: usize) -> Result<Vec<i64>, NoNoise> {
    let mut random = StdRng::from_seed(seed);
    let deviation = Rational::from_unsigned(u128::from(DEVIATION), 1).map_err(|_| NoNoise)?;
    let gaussian = DiscreteGaussian::new(deviation).map_err(|_| NoNoise)?;
    (0..count).map(|_| gaussian.sample(&mut random).to_i64().ok_or(NoNoise)).collect()
}

/// ε of `periods` periods at [`DELTA`], in thousandths, rounded up. A case changes at most
/// [`Variables::weight`](crate::variables::Variables) cells by one each.
pub fn epsilon(periods: u64) -> u64 {
    epsilon_of(variables().weight, periods)
}

/// ε where `cells` cells change by one each in every period: ρ + 2√(ρ ln(1/δ)), ρ being cells / 2σ² for one period.
fn epsilon_of(cells: usize, periods: u64) -> u64 {
    let changes = cells as u128 * u128::from(periods);
    let rho = (changes * MILLION).div_ceil(2 * u128::from(DEVIATION) * u128::from(DEVIATION));
    let product = rho * LOG;
    let root = product.isqrt();
    let root = if root * root == product { root } else { root + 1 };
    u64::try_from((rho + 2 * root).div_ceil(1000)).unwrap_or(u64::MAX)
}

/// How far a published count is from the true one at most, 19 times of 20: 1.96 standard deviations of both aggregators' noise.
pub fn error() -> u64 {
    error_of(1)
}

/// How far the sum or difference of so many counts is from the true one at most, 19 times of 20.
pub fn error_of(counts: u64) -> u64 {
    // (1.96 · √2)², in millionths.
    let square = (u128::from(counts) * u128::from(DEVIATION) * u128::from(DEVIATION) * 7_683_984).div_ceil(MILLION);
    let root = square.isqrt();
    u64::try_from(if root * root == square { root } else { root + 1 }).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Plays H09.
    #[test]
    fn h09_no_float() {
        // What is compiled into a server draws and accounts without floating point.
        let code = include_str!("noise.rs").split("#[cfg(test)]").next().unwrap();
        for word in ["f64", "f32", "powi", "sqrt("] {
            assert!(!code.replace("isqrt(", "").contains(word), "{word}");
        }
        // And it is the distribution that it is said to be: the chi-square of 100,000 numbers over 40 cells is below its 99.99th percentile.
        let mut drawn = Vec::new();
        for seed in 0u32.. {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&seed.to_be_bytes());
            drawn.extend(draw(bytes).unwrap());
            if drawn.len() >= 100_000 {
                break;
            }
        }
        let sigma = f64::from(DEVIATION);
        let density = |at: i64| (-((at * at) as f64) / (2.0 * sigma * sigma)).exp();
        let total: f64 = (-400..=400).map(density).sum();
        let chi: f64 = (-20i64..20)
            .map(|bin| {
                let range = bin * 2..bin * 2 + 2;
                let expected = range.clone().map(density).sum::<f64>() / total * drawn.len() as f64;
                let found = drawn.iter().filter(|at| range.contains(at)).count() as f64;
                (found - expected).powi(2) / expected
            })
            .sum();
        assert!(chi < 86.0, "chi-square {chi} of 40 bins");
        let mean = drawn.iter().sum::<i64>() as f64 / drawn.len() as f64;
        assert!(mean.abs() < 0.3, "mean {mean}");
    }

    #[test]
    fn a_count_is_within_its_stated_error_as_often_as_it_says() {
        // Both servers' noise on every cell of 150 releases.
        let seed = |server: u8, release: u8| [server, release].repeat(16).try_into().unwrap();
        let both = (0..150).flat_map(|release| {
            let [leader, helper] = [1, 2].map(|server| draw(seed(server, release)).unwrap());
            leader.into_iter().zip(helper).map(|(one, other)| (one + other).unsigned_abs())
        });
        let (within, all) = both.fold((0u32, 0u32), |(within, all), off| (within + u32::from(off <= error()), all + 1));
        let share = f64::from(within) / f64::from(all);
        assert!((0.95..0.965).contains(&share), "{share} of {all} counts");
    }

    /// How much better than by chance whoever knows everything else tells whether one case of the greatest weight was counted, from one
    /// server's noise alone: by the sum of the cells that it counts in, which is the best there is to go by.
    fn advantage(runs: u32) -> f64 {
        let weight = variables().weight;
        let middle = weight as i64 / 2;
        let mut right = [0u32; 2];
        for run in 0..runs {
            let mut seed = [0x5a; 32];
            seed[..4].copy_from_slice(&run.to_be_bytes());
            let noise: i64 = numbers(seed, weight).unwrap().iter().sum();
            right[0] += u32::from(noise <= middle);
            right[1] += u32::from(noise + weight as i64 > middle);
        }
        f64::from(right[0] + right[1]) / f64::from(runs) - 1.0
    }

    /// What (ε, δ) allows: (e^ε − 1 + 2δ) / (e^ε + 1).
    fn allowed() -> f64 {
        let (grown, delta) = ((epsilon(1) as f64 / 1000.0).exp(), 1.0 / f64::from(DELTA));
        (grown - 1.0 + 2.0 * delta) / (grown + 1.0)
    }

    // Plays H01 and H04.
    #[test]
    fn h01_sybil_and_h04_differencing() {
        // All other cases are known, or two releases differ by one case.
        let (advantage, allowed) = (advantage(10_000), allowed());
        assert!(advantage < allowed, "{advantage} of {allowed}");
        // ρ-zCDP allows less, and that is what it is: a Gaussian shift of √weight / σ.
        let shift = (variables().weight as f64).sqrt() / f64::from(DEVIATION);
        assert!((advantage - shift / 2.507).abs() < 0.03, "{advantage} for a shift of {shift}");
    }

    #[test]
    fn epsilon_is_stated_and_grows_with_the_periods() {
        assert_eq!((epsilon(1), epsilon(PERIODS)), (3698, 8873));
        assert_eq!((error(), error_of(4)), (37, 73));
    }

    // Obeys R-8.12-9.
    #[test]
    fn what_is_left_of_it_for_whoever_is_told_how_many_cases_there_were_is_stated() {
        // One case in another's place: all cells of both change but the one that each case counts in.
        let replaced = |periods| epsilon_of(2 * (variables().weight - 1), periods);
        assert_eq!((replaced(1), replaced(PERIODS)), (5318, 13_085));
        let (spec, model) = (include_str!("../../wire/SPEC.md"), include_str!("../../threat-model/model.toml"));
        assert!(spec.contains("ε is 5.318 a period, and 13.085 in a year of five"));
        assert!(model.contains("epsilon 5.32 a quarter and 13.1 a year"));
    }
}
