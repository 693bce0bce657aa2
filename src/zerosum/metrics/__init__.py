"""Metrics of generated images: pure functions of features.

Each returns its value with a standard error (`Estimate`), computes in 64 bits for any input, and
does not depend on networks: the name of a number depends on the features (the Fréchet distance of
FID's Inception features is FID, of any others it is not).

- Are the images as a whole alike? `frechet_distance` (of `Moments`),
  `frechet_distance_of_features`, `frechet_infinity` (without the bias of few images),
  `kernel_distance` (unbiased), `sliced_wasserstein`, `patch_distances` (of pixels).
- Are they good, are they varied? `manifold_scores` (precision, recall, density, coverage),
  `inception_score`, `diversity_ratio`, `modes_covered`, `stacked_modes`.
- Are they new? `near_copies`.
- Are there as many of each class? `class_shares`, corrected for a classifier's mistakes
  (`corrected_shares`), and compared (`compare_shares`).
- How far apart are two distributions of points in the plane, cut into cells? `jensen_shannon`,
  `kullback_leibler`, of `cell_counts` or `cell_probabilities`.
- How likely are real images by them? `parzen_score`, `parzen_log_likelihoods` (of pixels in
  [0, 1]): what GANs were first compared by, and misleading.
- Which points stand for many? `cluster_centres` (k-means).
- How far does what a layer is given move while a network learns? `drift`.
- Can two domains be told apart by their features? `probe_domains`, `a_distance` (in 32 bits); is a
  classifier sure of its answers, and do they vary? `mutual_information`.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
