extension DemoCorpus {
    static let hinglishMoney: [Intent] = [
        Intent(
            "saving",
            ask: [
                "Salary {amount} hai, bachat kaise karun?", "{amount} mahine ki kamai mein paise nahi bachte",
                "{amount} kamata hun, saving plan batao",
            ],
            slots: ["amount": ["15000", "20000", "30000", "45000"]],
            good: [
                """
                Salary aate hi 10 se 20 percent alag khaate mein daal do, baaki se mahina chalao. {amount} mein \
                pehle kiraya aur rashan likho, phir ek mahine ka har kharcha note karo. Teen mahine ke kharche \
                jitna emergency fund banao.
                """
            ],
            wrong: "{amount} ka poora paisa lottery mein lagao, mahine ke ant tak dugna pakka hai.",
            english: "Move ten to twenty percent to another account on payday and build an emergency fund first.",
            then: [
                Intent.FollowUp(
                    ask: "FD karun ya SIP?",
                    good:
                        """
                        Ek-do saal mein chahiye toh FD ya RD, lambe samay ke liye SIP soch sakte ho, usme \
                        utaar-chadhaav hota hai. Pehle emergency fund poora karo, phir kisi registered salahkar \
                        se baat karo.
                        """,
                    wrong: "SIP mein har mahine 50 percent return ki guarantee hoti hai, udhaar lekar lagao.")
            ]),
        Intent(
            "upi-wrong",
            ask: [
                "Galat number par {amount} UPI ho gaya, kya karun?", "{amount} rupaye galti se kisi aur ko bhej diye",
                "UPI se {amount} galat jagah chale gaye, wapas aayenge?",
            ],
            slots: ["amount": ["500", "2000", "10000", "1500"]],
            good: [
                """
                Turant app mein us transaction par complaint daalo aur apne bank ko phone karo, UTR number \
                taiyaar rakho. Jise gaya use shaanti se message karke {amount} wapas maango. Na maane toh NPCI ki \
                site par shikayat hoti hai.
                """
            ],
            wrong: "Kisi bhi helpline ko Google par dhoondh kar apna PIN bata do, woh {amount} wapas kar denge.",
            english:
                "Raise a complaint on that transaction in the app, call your bank with the UTR, and ask the receiver.",
            then: [
                Intent.FollowUp(
                    ask: "Ek banda PIN maang raha hai refund ke liye",
                    good:
                        """
                        Bilkul mat dena! Paise lene ke liye PIN ya OTP kabhi nahi lagta. Phone kaat do, number \
                        block karo aur 1930 par shikayat karo.
                        """,
                    wrong: "PIN de do, refund ke liye bank ko PIN chahiye hota hai.")
            ]),
        Intent(
            "phone-buy",
            ask: [
                "{budget} mein accha phone batao", "Naya phone lena hai, budget {budget}",
                "{budget} ke andar camera wala phone kaise chunun?",
            ],
            slots: ["budget": ["10000", "15000", "20000", "12000"]],
            good: [
                """
                {budget} mein yeh dekho: kam se kam 6 GB RAM, 5000 mAh battery, aur do saal ke software update ka \
                waada. Do-teen model shortlist karke camera ke asli sample photos dekho, aur paas ka service \
                center bhi pata karo.
                """
            ],
            wrong:
                """
                {budget} mein sirf woh phone lo jiski battery nikalti ho aur jisme koi update na aata ho, wahi \
                tez hota hai.
                """,
            english: "Look for 6 GB of RAM, a 5000 mAh battery, two years of updates and a service centre nearby."),
        Intent(
            "phone-slow",
            ask: [
                "Mera phone {issue}, theek kaise karun?", "Phone {issue} do din se",
                "Kyun mera phone {issue}? Naya lena padega?",
            ],
            slots: [
                "issue": [
                    "bahut slow chal raha hai", "garam ho jaata hai", "baar baar hang hota hai",
                    "ki battery jaldi khatam hoti hai",
                ]
            ],
            good: [
                """
                Pehle restart karo, phir jo app use nahi karte unhe hatao aur storage 20 percent khaali rakho. \
                Software update lagao aur battery setting mein dekho kaun sa app zyada kha raha hai. Phir bhi na \
                sudhre toh backup lekar reset karo ya service center dikhao.
                """
            ],
            wrong: "Phone ko fridge mein ek ghanta rakh do, andar ki memory saaf ho jaati hai.",
            english: "Restart, remove unused apps, keep a fifth of the storage free, update, and check battery usage.",
            then: [
                Intent.FollowUp(
                    ask: "Photos ka backup kaise lun?",
                    good:
                        """
                        WiFi par cloud photos ka backup on karo, ya cable se laptop mein copy kar lo. Hatane se \
                        pehle ek-do photo khol kar zaroor check karna.
                        """,
                    wrong: "Pehle sab delete karo, phir backup apne aap ban jata hai.")
            ]),
        Intent(
            "password",
            ask: [
                "{app} ka password bhool gaya, kya karun?", "{app} account hack ho gaya lagta hai",
                "{app} ka accha password kaise banaun?",
            ],
            slots: ["app": ["Instagram", "Gmail", "bank app", "Facebook"]],
            good: [
                """
                {app} ke asli app ya site par "Forgot password" se naya password banao. Teen-chaar alag shabd jod \
                kar lamba rakho, aur two-step verification on karo. OTP kisi ko mat batana, chahe woh khud ko \
                company ka bole.
                """
            ],
            wrong: "{app} ka password 123456 rakho aur sab dosto ko bata do, koi yaad dila dega.",
            english: "Reset it from the official app, use a long password of several words, and turn on two-step login."
        ),
        Intent(
            "wifi",
            ask: ["WiFi {issue}, kya check karun?", "Ghar ka internet {issue}", "{issue} WiFi, jugaad batao"],
            slots: [
                "issue": ["slow chal raha hai", "upar wale kamre mein nahi aata", "baar baar disconnect hota hai"]
            ],
            good: [
                """
                Router ko ghar ke beech aur oonchi jagah rakho, 30 second band karke chalu karo. Cable se speed \
                test karo: wahan bhi slow ho toh company ko phone karo, warna router ki jagah ya channel badlo.
                """
            ],
            wrong: "Router ko steel ki almaari mein band kar do, signal seedha aata hai.",
            english: "Put the router in the middle of the house, restart it, and compare the speed over a cable."),
        Intent(
            "online-order",
            ask: [
                "{item} online mangaya tha, galat aa gaya", "{item} toota hua mila, return kaise karun?",
                "Order kiya {item}, refund nahi mil raha",
            ],
            slots: ["item": ["joote", "mixer", "kurta", "earphone", "kitaab"]],
            good: [
                """
                App mein order khol kar "Return" chuno, {item} aur packet ki photo lagao. Tag aur bill sambhal \
                kar rakho. Company na maane toh 1915 consumer helpline par shikayat kar sakte ho.
                """
            ],
            wrong: "{item} ka packet khulte hi return ka haq khatam ho jata hai, ab kuch nahi ho sakta.",
            english: "Open the order, choose Return and attach photos. If refused, call the consumer helpline 1915."),
        Intent(
            "split-bill",
            ask: [
                "Hum {n} dost the, bill {total} aaya, kaise baantein?", "{total} rupaye {n} logon mein baantne hain",
                "Party ka bill {total}, {n} log, hisaab kar do",
            ],
            slots: ["n": ["4", "5", "8", "10"], "total": ["2400", "3000", "4000", "6000"]],
            good: [
                """
                Barabar baantna ho toh {total} ko {n} se bhaag do, wahi ek aadmi ka hissa hai. Jisne kuch nahi \
                khaya uska kam kar do. Ek banda pay kare, baaki usko usi din UPI kar dein, hisaab saaf rahta hai.
                """
            ],
            wrong: "{total} ko {n} se guna karo, har aadmi utna de.",
            english: "Divide the total by the number of people, and settle with whoever paid on the same day."),
        Intent(
            "loan",
            ask: [
                "{thing} ke liye loan lena theek rahega?", "{thing} EMI par lun ya paise jod kar?",
                "Loan lekar {thing} kharidna hai, salah do",
            ],
            slots: ["thing": ["bike", "laptop", "shaadi", "ghar ki marammat"]],
            good: [
                """
                Pehle dekho ki saari EMI milakar kamai ke 30-40 percent se kam rahe. {thing} ke liye do-teen bank \
                ka byaaj aur processing fee compare karo. App wale turant loan se bacho. Jitna zyada down \
                payment, utna kam bojh.
                """
            ],
            wrong: "{thing} ke liye chaar app se ek saath loan lo, wapas karna zaroori nahi hota.",
            english: "Keep all EMIs under 30 to 40 percent of income, compare banks and avoid instant loan apps.",
            then: [
                Intent.FollowUp(
                    ask: "CIBIL score kya hota hai?",
                    good:
                        """
                        Yeh 300 se 900 ke beech ka number hai jo batata hai ki aap udhaar samay par chukaate ho \
                        ya nahi. 750 ke upar accha maana jata hai. EMI aur card ka bill waqt par bharoge toh \
                        badhta hai.
                        """,
                    wrong: "CIBIL score cricket ka score hai, loan se iska koi lena dena nahi.")
            ]),
    ]
}
