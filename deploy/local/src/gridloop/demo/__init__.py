"""The demonstration: a model company lives through weeks of service, through the public API alone.

``people`` makes up names and customers, ``company`` loads units, catalogue, duties, network and customers,
``orders``, ``outage``, ``phones``, ``cases`` and ``findings`` play the story of ``content/demo/story.yaml``,
``report`` tells from the API's answers what came of it.
"""
