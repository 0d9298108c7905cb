"""A template that somebody writes: a reminder with a bound name, a bound amount, an office and a typed month."""

from dashboard.notices.templates import Button, Template, Variable

REMINDER = Template(
    name="bill_reminder",
    purpose="billing",
    category="UTILITY",
    ttl_seconds=None,
    bodies={
        "hi": "प्रिय {consumer}, {month} के बिल में ₹{amount} देय हैं। – {division}, विद्युत विभाग",
        "en": "Dear {consumer}, ₹{amount} of your bill for {month} is payable. – {division}, electricity department",
    },
    footers={"hi": "रोकने के लिए STOP लिखें", "en": "Reply STOP to stop"},
    variables=(
        Variable(
            "consumer", "consumer_name", "text", {"hi": "आशा देवी", "en": "ASHA DEVI"},
            {"hi": "उपभोक्ता", "en": "consumer"}, {"hi": "नाम", "en": "Name"},
        ),
        Variable("amount", "amount_payable", "text", {"hi": "1,234", "en": "1,234"}, {}, {"hi": "राशि", "en": "Amount"}),
        Variable("month", "typed", "month", {"hi": "जून", "en": "June"}, {}, {"hi": "माह", "en": "Month"}),
        Variable("division", "division", "text", {"hi": "गोंडा", "en": "GONDA"}, {}, {"hi": "खंड", "en": "Division"}),
    ),
    titles={"hi": "बिल की याद", "en": "Bill reminder"},
    headers={"hi": "बिल", "en": "Your bill"},
    buttons={
        "hi": (Button("url", "बिल देखें", "https://uppcl.example/bill"), Button("reply", "भुगतान कर दिया")),
        "en": (Button("url", "See the bill", "https://uppcl.example/bill"), Button("reply", "I have paid")),
    },
    family="bill_reminder",
)  # fmt: skip
