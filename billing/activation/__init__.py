"""From a paid order to a business: the mailed link, who may use it, and what it makes."""
