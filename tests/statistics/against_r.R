# Reads tables.csv (one row a stratum: table, a, n1, b, n0) and pairs.csv (table, difference) in the
# working directory, and writes r.csv with what R's own packages give for each table.

never <- function(expression, size) tryCatch(expression, error = function(problem) rep(NA, size))

# Miettinen and Nurminen 1985, by numerical search only.
score_low <- function(a, n1, b, n0, z) {
  weight <- n1 * n0 / (n1 + n0)
  weight <- weight / sum(weight)
  found <- sum(weight * (a / n1 - b / n0))
  if (found <= -1 + 1e-9) return(-1)
  term <- function(count, p) ifelse(count == 0, 0, count * log(p))
  excess <- function(delta) {
    variance <- mapply(function(a, n1, b, n0) {
      likelihood <- function(p) {
        term(a, p) + term(n1 - a, 1 - p) + term(b, p - delta) + term(n0 - b, 1 - p + delta)
      }
      ends <- c(max(0, delta), min(1, 1 + delta))
      p <- ends[1]
      if (ends[1] < ends[2]) p <- optimize(likelihood, ends, maximum = TRUE, tol = 1e-12)$maximum
      q <- p - delta
      (p * (1 - p) / n1 + q * (1 - q) / n0) * (n1 + n0) / (n1 + n0 - 1)
    }, a, n1, b, n0)
    found - delta - z * sqrt(max(sum(weight^2 * variance), 0))
  }
  uniroot(excess, c(-1, found - 1e-9), tol = 1e-10)$root
}

tables <- read.csv("tables.csv")
pairs <- read.csv("pairs.csv")
z <- qnorm(0.975)

rows <- lapply(unique(tables$table), function(id) {
  each <- tables[tables$table == id, ]
  first <- each[1, ]
  two <- matrix(c(first$a, first$n1 - first$a, first$b, first$n0 - first$b), 2)
  of <- c(first$n1, first$n0)
  counts <- c(first$a, first$b)
  cells <- rbind(each$a, each$n1 - each$a, each$b, each$n0 - each$b)
  layers <- array(cells, c(2, 2, nrow(each)))
  fisher <- fisher.test(two)
  rates <- never({
    test <- poisson.test(counts, of)
    c(test$p.value, test$conf.int)
  }, 3)
  stratified <- never({
    test <- mantelhaen.test(layers, correct = FALSE)
    c(test$p.value, test$estimate, test$conf.int)
  }, 4)
  pearson <- suppressWarnings(prop.test(counts, of, correct = FALSE))
  wilson <- lapply(1:2, function(arm) prop.test(counts[arm], of[arm], correct = FALSE)$conf.int)
  shares <- counts / of
  data.frame(
    table = id,
    fisher_p = fisher$p.value, fisher_low = fisher$conf.int[1], fisher_high = fisher$conf.int[2],
    rates_p = rates[1], rates_low = rates[2], rates_high = rates[3],
    mcnemar_p = if (sum(counts)) binom.test(counts[1], sum(counts))$p.value else 1,
    exact_low = binom.test(counts[1], of[1])$conf.int[1],
    exact_high = binom.test(counts[1], of[1])$conf.int[2],
    wilson_low = wilson[[1]][1], wilson_high = wilson[[1]][2],
    newcombe_low = shares[1] - shares[2] -
      sqrt((shares[1] - wilson[[1]][1])^2 + (wilson[[2]][2] - shares[2])^2),
    newcombe_high = shares[1] - shares[2] +
      sqrt((wilson[[1]][2] - shares[1])^2 + (shares[2] - wilson[[2]][1])^2),
    pearson = unname(pearson$statistic), wald_low = pearson$conf.int[1],
    wald_high = pearson$conf.int[2],
    cmh_p = stratified[1], odds = stratified[2], odds_low = stratified[3], odds_high = stratified[4],
    score_low = score_low(each$a, each$n1, each$b, each$n0, z),
    score_high = -score_low(each$b, each$n0, each$a, each$n1, z),
    wilcoxon_p = wilcox.test(pairs$difference[pairs$table == id], exact = TRUE)$p.value
  )
})
write.csv(do.call(rbind, rows), "r.csv", row.names = FALSE)
