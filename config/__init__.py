"""The frame: settings, URLs, the API's mount, the server and worker entry points."""
