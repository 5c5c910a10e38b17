"""The icon set: 16 × 16, one stroke of 1.5, drawn for Bellwether. A name maps to the inside of its <svg>."""

from __future__ import annotations

ICONS: dict[str, str] = {
    # desks and pages
    "readiness": '<path d="M2 12a6 6 0 1 1 12 0"/><path d="m8 12 2.75-4"/><path d="M7.25 12h1.5"/>',
    "metrics": '<path d="M2 2v10.5A1.5 1.5 0 0 0 3.5 14H14"/><path d="m4.75 10 3-3.5 2.25 2L13.5 4"/>',
    "recommendations": '<path d="M5.75 11.5c0-1.75-2-2.5-2-5a4.25 4.25 0 0 1 8.5 0c0 2.5-2 3.25-2 5z"/><path d="M6.5 14h3"/>',
    "disputes": '<path d="M8 1.75 13.25 4v3.75c0 3.25-2.25 5.5-5.25 6.5-3-1-5.25-3.25-5.25-6.5V4z"/><path d="M8 5.25v3"/><path d="M8 10.75v.01"/>',
    "payouts": '<path d="M2 6.25 8 2.5l6 3.75"/><path d="M2.5 13.5h11"/><path d="M4 6.5v5M8 6.5v5M12 6.5v5"/>',
    "ask": '<path d="M2.5 3.5h11v7.25H7.25L4.5 13.25v-2.5h-2z"/><path d="M5.5 6.25h5M5.5 8.25h3"/>',
    "source": '<path d="M5.75 1.75v3M10.25 1.75v3"/><path d="M3.75 4.75h8.5v2a4.25 4.25 0 0 1-8.5 0z"/><path d="M8 11v3.25"/>',
    "team": '<circle cx="6" cy="5.25" r="2.5"/><path d="M1.75 13.5c.25-2.75 1.75-4 4.25-4s4 1.25 4.25 4"/><path d="M10.5 3a2.4 2.4 0 0 1 0 4.5M11.75 9.75c1.5.5 2.35 1.75 2.5 3.75"/>',
    "settings": '<path d="M2 4.5h6.5M11.5 4.5H14M2 11.5h2.5M7.5 11.5H14"/><circle cx="10" cy="4.5" r="1.5"/><circle cx="6" cy="11.5" r="1.5"/>',
    "key": '<circle cx="5.25" cy="10.75" r="3"/><path d="m7.5 8.5 5.75-5.75M10.75 5.25l2 2"/>',
    "billing": '<rect x="1.75" y="3.25" width="12.5" height="9.5" rx="1.5"/><path d="M1.75 6.5h12.5M4.25 10h2.5"/>',
    "desk-payments": '<rect x="1.75" y="3.25" width="12.5" height="9.5" rx="1.5"/><path d="M1.75 6.5h12.5M4.25 10h2.5"/>',
    "desk-commerce": '<path d="M2.75 5.5h10.5l-.75 8.25h-9z"/><path d="M5.5 7.25V4.5a2.5 2.5 0 0 1 5 0v2.75"/>',
    "desk-customers": '<circle cx="8" cy="5" r="2.75"/><path d="M2.75 14c.25-3.25 2.25-4.75 5.25-4.75s5 1.5 5.25 4.75"/>',
    "desk-market": '<rect x="2" y="4.25" width="7.5" height="10" rx="1"/><path d="m6.75 2 6.5 1.5a1 1 0 0 1 .7 1.25L12 12.5"/>',
    "desk-trading": '<path d="M4.5 2v2.5M4.5 10.5V14M11.5 2v3.5M11.5 11.5V14"/><rect x="2.75" y="4.5" width="3.5" height="6" rx=".5"/><rect x="9.75" y="5.5" width="3.5" height="6" rx=".5"/>',
    "building": '<path d="M3 14V3.25L9 2v12M9 5.75l4 1V14M1.75 14h12.5"/><path d="M5.5 5.75h1M5.5 8.25h1M5.5 10.75h1M11 9.25v.01M11 11.5v.01"/>',
    "history": '<path d="M2.25 8a5.75 5.75 0 1 0 1.7-4.1L2.25 5.5"/><path d="M2.25 2.25V5.5H5.5M8 5v3.25l2 1.25"/>',
    # states
    "alert": '<path d="M8 2.25 14.25 13.5H1.75z"/><path d="M8 6.5v3M8 11.5v.01"/>',
    "info": '<circle cx="8" cy="8" r="6.25"/><path d="M8 7.5v3.5M8 5v.01"/>',
    "check": '<path d="m3 8.5 3.25 3.25L13 4.75"/>',
    "check-circle": '<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4"/>',
    "lock": '<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5.25 7V4.75a2.75 2.75 0 0 1 5.5 0V7"/>',
    "clock": '<circle cx="8" cy="8" r="6.25"/><path d="M8 4.25V8l2.5 1.75"/>',
    "importing": '<path d="M8 1.75v8M4.75 6.75 8 10l3.25-3.25"/><path d="M2 10.75v2a1.25 1.25 0 0 0 1.25 1.25h9.5A1.25 1.25 0 0 0 14 12.75v-2"/>',
    "few": '<path d="M2.5 13.75V11M6.25 13.75V8.5"/><path d="M10 13.75V6M13.5 13.75v-10" stroke-dasharray="1.5 2"/>',
    "flag": '<path d="M3.5 14.25V2.5c3-1.5 5.5 1.5 9 0v6.75c-3.5 1.5-6-1.5-9 0"/>',
    "helps": '<path d="M8 13V3.25M3.75 7.5 8 3.25l4.25 4.25"/>',
    "hurts": '<path d="M8 3v9.75M3.75 8.5 8 12.75l4.25-4.25"/>',
    # things people press
    "bell": '<path d="M8 2.25c-2.5 0-4 1.75-4 4.25 0 2.75-.75 3.75-1.5 4.75h11c-.75-1-1.5-2-1.5-4.75 0-2.5-1.5-4.25-4-4.25z"/><path d="M6.75 13.5h2.5"/>',
    "menu": '<path d="M2 4.5h12M2 8h12M2 11.5h12"/>',
    "close": '<path d="m3.75 3.75 8.5 8.5M12.25 3.75l-8.5 8.5"/>',
    "down": '<path d="m4 6.25 4 4 4-4"/>',
    "right": '<path d="m6.25 4 4 4-4 4"/>',
    "left": '<path d="m9.75 4-4 4 4 4"/>',
    "updown": '<path d="M5 6.25 8 3.25l3 3M5 9.75l3 3 3-3"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "filter": '<path d="M2 4h12M4.25 8h7.5M6.5 12h3"/>',
    "refresh": '<path d="M13.75 8A5.75 5.75 0 0 1 3.5 11.6M2.25 8A5.75 5.75 0 0 1 12.5 4.4"/><path d="M12.75 1.75v2.9h-2.9M3.25 14.25v-2.9h2.9"/>',
    "download": '<path d="M8 2v8M4.75 6.75 8 10l3.25-3.25M2.5 13.5h11"/>',
    "upload": '<path d="M8 10V2M4.75 5.25 8 2l3.25 3.25M2.5 13.5h11"/>',
    "external": '<path d="M6.25 3.25h-3v9.5h9.5v-3M9.25 2.75h4v4M13 3 7.5 8.5"/>',
    "link": '<path d="M6.75 9.25a2.75 2.75 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.75.75"/><path d="M9.25 6.75a2.75 2.75 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.75-.75"/>',
    "evidence": '<path d="M9 2H3.75A.75.75 0 0 0 3 2.75v10.5c0 .4.35.75.75.75H7"/><path d="M5.5 5.25h3.75M5.5 8h1.75"/><circle cx="10.25" cy="9.75" r="2.5"/><path d="M12.1 11.6 14 13.5"/>',
    "send": '<path d="M8 13V3M3.75 7.25 8 3l4.25 4.25"/>',
    "calendar": '<rect x="2.25" y="3.25" width="11.5" height="10.5" rx="1.5"/><path d="M2.25 6.75h11.5M5.25 1.75v3M10.75 1.75v3"/>',
    "sun": '<circle cx="8" cy="8" r="2.75"/><path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>',
    "moon": '<path d="M13.5 9.5A5.75 5.75 0 0 1 6.5 2.5a5.75 5.75 0 1 0 7 7z"/>',
    "device": '<rect x="2" y="3" width="12" height="8" rx="1"/><path d="M5.75 13.5h4.5"/>',
    "logout": '<path d="M6.25 2.75H3.5a.75.75 0 0 0-.75.75v9c0 .4.35.75.75.75h2.75M10.25 11l3-3-3-3M13 8H6.25"/>',
    "mail": '<rect x="1.75" y="3.25" width="12.5" height="9.5" rx="1.5"/><path d="m2.25 4.25 5.75 4.5 5.75-4.5"/>',
    "snooze": '<circle cx="8" cy="8.75" r="5.25"/><path d="M6.5 7h3l-3 3.5h3M3.25 1.75 1.75 3.25M12.75 1.75l1.5 1.5"/>',
    "trash": '<path d="M2.75 4.25h10.5M6 4V2.25h4V4M4 4.25l.75 9.5h6.5l.75-9.5"/>',
    "more": '<path d="M3.25 8v.01M8 8v.01M12.75 8v.01" stroke-width="2.5"/>',
    "user": '<circle cx="8" cy="5" r="2.75"/><path d="M2.75 14c.25-3.25 2.25-4.75 5.25-4.75s5 1.5 5.25 4.75"/>',
    "shield": '<path d="M8 1.75 13.25 4v3.75c0 3.25-2.25 5.5-5.25 6.5-3-1-5.25-3.25-5.25-6.5V4z"/><path d="m5.75 8 1.75 1.75 3-3.25"/>',
}  # fmt: skip

BRANDMARK = (
    '<path class="brand-bell" d="M12 2.5c-4.1 0-6.5 2.9-6.5 6.9 0 4.2-1.3 5.7-2.5 7h18c-1.2-1.3-2.5-2.8-2.5-7 0-4-2.4-6.9-6.5-6.9Z"/>'
    '<circle class="brand-tongue" cx="12" cy="19.6" r="2.3"/>'
)
