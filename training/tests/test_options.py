from ranker.batches import BatchSettings
from ranker.options import arguments, batch_settings, head_settings
from ranker.refine import HeadSettings

PLAIN = ["--pairs", "pairs.jsonl", "--output", "out"]


def test_what_made_small_is_not_applied_unasked():
    options = arguments(PLAIN)
    assert (options.network_share, options.refine, options.length_weight) == (1, 0, 0)
    assert head_settings(options) == HeadSettings()
    assert batch_settings(options) == BatchSettings()


def test_settings_of_the_head_are_options():
    given = ["--head-epochs", "3", "--head-learning-rate", "0.01", "--head-keep", "7", "--head-drift", "0"]
    assert head_settings(arguments(PLAIN + given)) == HeadSettings(3, 0.01, 7, 0)
