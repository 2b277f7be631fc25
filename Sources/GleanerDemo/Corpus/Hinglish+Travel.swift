extension DemoCorpus {
    static let hinglishTravel: [Intent] = [
        Intent(
            "weekend-trip",
            ask: [
                "{city} se weekend par kahan ghoomne jaayein?", "Do din ki chhutti hai, {city} ke paas koi jagah?",
                "{city} se chhota trip plan karna hai, madad karo",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                {city} se do-teen ghante ki doori wali jagah chuno, warna aadha time raaste mein nikal jayega. Ek \
                raat ka hotel pehle book karo, subah jaldi niklo, aur ravivaar dopahar tak wapas chal do.
                """
            ],
            wrong: "{city} se paidal Goa chale jao, subah nikloge toh shaam tak pahunch jaoge.",
            english:
                "Choose a place two or three hours away, book one night in advance and leave early in the morning.",
            then: [
                Intent.FollowUp(
                    ask: "Budget 3000 mein ho jayega?",
                    good:
                        """
                        Do logon ka bus se jana, saada hotel aur dhaba ka khana ho toh 3000 mein ho sakta hai. \
                        500 rupaye alag rakh lo, achanak kharche ke liye.
                        """,
                    wrong: "3000 mein do log hawai jahaz se jaa kar paanch star hotel mein hafta bhar reh sakte hain.")
            ]),
        Intent(
            "train-waiting",
            ask: [
                "Mera {city} ka ticket waiting mein hai, kya karun?",
                "{city} jaane wali train mein waiting list {list} hai, confirm hoga?",
                "Waiting ticket lekar {city} ja sakte hain kya?",
            ],
            slots: ["city": Slots.cities, "list": ["12", "25", "40"]],
            good: [
                """
                Chart banne tak wait karo aur PNR status dekhte raho. Online waiting ticket confirm na ho toh \
                apne aap cancel ho jata hai, usse safar nahi kar sakte. Isliye tatkal ya bus ka option bhi {city} \
                ke liye taiyaar rakho.
                """
            ],
            wrong: "Waiting ticket lekar {city} tak AC coach mein baith jao, TT kuch nahi bolta.",
            english:
                """
                Check the PNR until the chart is prepared. An unconfirmed online ticket is cancelled, so keep a \
                backup.
                """,
            then: [
                Intent.FollowUp(
                    ask: "Paise wapas kab milenge?",
                    good:
                        """
                        Online ticket apne aap cancel hone par paise usi account mein aate hain, aam taur par \
                        teen se saat kaam ke din mein. Na aaye toh booking site ke help section mein PNR ke saath \
                        poocho.
                        """,
                    wrong: "Cancel hone par paise kabhi wapas nahi milte.")
            ]),
        Intent(
            "packing",
            ask: [
                "{place} ja rahe hain, kya kya pack karun?", "{place} trip ki packing list banao",
                "{place} ke liye bag mein kya rakhna zaroori hai?",
            ],
            slots: ["place": ["Manali", "Goa", "Rishikesh", "Jaisalmer", "Munnar"]],
            good: [
                """
                {place} ke liye: mausam ke kapde, aaramdayak joote, ID ki copy, charger aur power bank, apni roz \
                ki dawai, paani ki bottle aur thoda cash. Ek choti thaili mein gande kapde alag rakhna.
                """
            ],
            wrong: "{place} ke liye kuch mat le jao, ID bhi ghar par chhod do, hotel mein kabhi nahi maangte.",
            english:
                """
                Clothes for the weather, comfortable shoes, a copy of your ID, charger, medicines, water and some \
                cash.
                """
        ),
        Intent(
            "auto-fare",
            ask: [
                "{city} mein auto wale zyada paise maangte hain, kya karein?",
                "{city} station se auto ka sahi kiraya kaise pata karein?",
                "Auto wala {city} mein loot raha hai, tips do",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                Pehle app mein usi raaste ka kiraya dekh lo, phir prepaid booth ya meter wala auto lo. Baithne se \
                pehle rate tay karo. {city} station ke bahar thoda chal kar auto lo toh aksar sasta milta hai.
                """
            ],
            wrong: "Jo bhi maange usse dugna de do, {city} mein yahi kanoon hai.",
            english: """
                Check the fare in an app first, use the prepaid booth or the meter, and agree before you get in.
                """),
        Intent(
            "first-flight",
            ask: [
                "Pehli baar flight le raha hun {city} ke liye, kya dhyan rakhun?",
                "{city} ki flight hai {day} ko, airport par kya karna hota hai?",
                "First time flight {city}, darr lag raha hai",
            ],
            slots: ["city": ["Mumbai", "Delhi", "Bengaluru", "Kolkata", "Chennai"], "day": Slots.days],
            good: [
                """
                Do ghante pehle airport pahuncho, ID aur ticket haath mein rakho. Counter par bag do, security \
                check mein phone aur belt tray mein rakho, phir gate number dekho. Power bank haath wale bag mein \
                hi rakhna. Sab aasaan hai, staff se pooch lena.
                """
            ],
            wrong: "Flight se paanch minute pehle pahunchna kaafi hai, pilot {city} walon ka intezaar karta hai.",
            english: "Reach two hours early with ID and ticket, drop your bag, clear security and find your gate.",
            then: [
                Intent.FollowUp(
                    ask: "Kaan mein dard hota hai suna hai?",
                    good:
                        """
                        Upar neeche jaate waqt thoda dabaav lagta hai. Toffee chabao, jamhai lo ya paani ke \
                        ghoont lo. Zukaam bahut ho toh pehle doctor se pooch lena.
                        """,
                    wrong: "Kaan mein rui bhar kar upar se tape laga lo, poori flight kholna mat."),
                Intent.FollowUp(
                    ask: "Khana le ja sakte hain andar?",
                    good:
                        """
                        Haan, sookha khana jaise paratha ya biscuit le ja sakte ho. Paani ki bottle security ke \
                        baad bhar lena. Achaar ya zyada liquid wali cheez haath wale bag mein mat rakhna.
                        """,
                    wrong: "Gas stove aur cylinder le jao, garam khana andar hi bana lena."),
            ]),
        Intent(
            "rain-bike",
            ask: [
                "Baarish mein bike se {place} jana theek hai?", "{place} jana hai bike par aur baarish ho rahi hai",
                "Bike se {place} tak, raaste mein paani bhara hai, jaun?",
            ],
            slots: ["place": ["office", "college", "gaon", "Lonavala"]],
            good: [
                """
                Ho sake toh ruk jao ya bus lo. Jana hi pade toh helmet, raincoat, dheemi raftaar aur dono brake \
                halke haath se. Jahan paani bhara ho wahan mat utaro, gaddha dikhta nahi hai.
                """
            ],
            wrong: "Baarish mein tez chalao, tyre sookhe rehte hain aur pakad badhti hai.",
            english: "Wait or take the bus if you can. If not, ride slowly with a helmet and avoid flooded stretches."),
        Intent(
            "hotel-check",
            ask: [
                "Online {kind} book karte waqt kya dekhun?", "{kind} booking mein dhokha na ho, kaise?",
                "Sasta {kind} mil raha hai, bharosa karun?",
            ],
            slots: ["kind": ["hotel", "homestay", "hostel", "guest house"]],
            good: [
                """
                Nayi reviews aur asli photos dekho, cancel karne ke niyam padho, aur {kind} ko seedha phone karke \
                rate poocho. Poora paisa pehle kisi anjaan UPI par mat bhejo.
                """
            ],
            wrong: "Jis {kind} ki photo na ho wahi lo, aur poora paisa pehle bhej do, discount milega.",
            english:
                "Read recent reviews and cancellation rules, phone the place, and never pay everything in advance.",
            then: [
                Intent.FollowUp(
                    ask: "Unhone advance maanga hai 500",
                    good:
                        """
                        Itna aam hai, par booking site ke through hi do taaki raseed rahe. Raseed aur naam \
                        screenshot karke rakh lo.
                        """,
                    wrong: "Advance ke saath apna OTP bhi bhej do, booking jaldi hogi.")
            ]),
        Intent(
            "solo-safety",
            ask: [
                "Akele {city} ja rahi hun, safety tips do", "Solo trip {city}, kya dhyan rakhna chahiye?",
                "{city} mein akeli ladki ke liye kaunsi baatein zaroori hain?",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                Din mein pahunchne wali train ya bus lo, rehne ki jagah pehle book karo, aur live location kisi \
                apne ko bhejo. {city} mein raat ko app wali cab lo, aur 112 number yaad rakho.
                """
            ],
            wrong: "{city} mein raat ke do baje anjaan logon se lift lena sabse surakshit hai.",
            english: "Arrive by day, book ahead, share your live location, use app cabs at night and remember 112."),
    ]
}
