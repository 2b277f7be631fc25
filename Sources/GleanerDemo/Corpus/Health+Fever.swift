extension DemoCorpus {
    static let healthFever: [Intent] = [
        Intent(
            "fever",
            ask: [
                "Mujhe {since} se bukhaar hai, kya karun?", "{since} se halka bukhaar aa raha hai",
                "Bukhaar {since} se utar nahi raha",
            ],
            slots: ["since": Slots.durations],
            good: [
                """
                Aaram karein, paani aur ORS lete rahein, aur din mein teen baar temperature likhein. Bukhaar 102 \
                se upar jaye, teen din se zyada rahe, ya saans, daane ya bahut kamzori ho, toh doctor se milein. \
                Dawai doctor ya packet par likhi matra se zyada na lein.
                """
            ],
            wrong: "Bukhaar ki goli ka double dose har do ghante mein lete raho, {since} mein asar zaroor dikhega.",
            then: [
                Intent.FollowUp(
                    ask: "Nahana theek hai kya?",
                    good:
                        """
                        Gungune paani se nahana ya sponge karna theek hai, thande paani se kaampkapi badh sakti \
                        hai. Kamzori zyada ho toh sirf sponge karein.
                        """,
                    wrong: "Barf wale paani mein aadha ghanta baitho, bukhaar turant utar jata hai."),
                Intent.FollowUp(
                    ask: "Khane mein kya lun?",
                    good:
                        """
                        Halka khana: khichdi, dal ka paani, dahi, fal. Thoda thoda karke khayein aur paani peete \
                        rahein. Bhook bilkul na ho aur ulti ho toh doctor se milein.
                        """,
                    wrong: "Teen din kuch mat khao, paani bhi nahi, bukhaar bhookh se marta hai."),
            ]),
        Intent(
            "cough",
            ask: [
                "{kind} khansi {since} se hai", "{kind} khansi ke liye gharelu upay?",
                "Raat ko {kind} khansi bahut hoti hai",
            ],
            slots: ["kind": ["sookhi", "balgam wali", "halki"], "since": Slots.durations],
            good: [
                """
                Gunguna paani, bhaap aur raat ko sar thoda ooncha rakhna madad karta hai; ek saal se bade ke liye \
                ek chammach shahad bhi. {kind} khansi do hafte se zyada rahe, khoon aaye, saans phoole ya wazan \
                ghate, toh doctor se milein.
                """
            ],
            wrong: "{kind} khansi mein poori bottle syrup ek saath pi lo, raat bhar mein theek ho jayegi."),
        Intent(
            "cold",
            ask: [
                "Zukaam {since} se hai, antibiotic lun?", "Naak band hai {since} se, kya karun?",
                "{since} se chheenk aur zukaam, dawai batao",
            ],
            slots: ["since": Slots.durations],
            good: [
                """
                Zukaam aksar virus se hota hai, usme antibiotic kaam nahi karti. Bhaap, namak paani se gargle, \
                aaram aur garam paani lein. Saat-das din mein na sudhre, tez bukhaar ya kaan mein dard ho, toh \
                doctor se milein.
                """
            ],
            wrong: "Ghar mein jo bhi purani antibiotic padi ho uska double dose le lo, zukaam kal tak gayab.",
            then: [
                Intent.FollowUp(
                    ask: "Bhaap kitni der leni chahiye?",
                    good:
                        """
                        Paanch se das minute, din mein do baar, chehra paani se thoda door. Bachchon ko akele \
                        garam paani ke paas na chhodein.
                        """,
                    wrong: "Ubalte paani ke bartan mein chehra laga kar ek ghanta baitho.")
            ]),
        Intent(
            "sore-throat",
            ask: [
                "Gale mein {feel} {since} se", "Gala kharab hai, {feel}", "Gale mein {feel}, AC ki wajah se hai kya?",
            ],
            slots: ["feel": ["dard hai", "kharash hai", "jalan hai"], "since": Slots.durations],
            good: [
                """
                Gungune namak paani se din mein teen-chaar baar gargle karein, paani peete rahein aur thanda kam \
                lein. Tez bukhaar, nigalne mein bahut takleef, ya teen-chaar din mein aaram na ho toh doctor se \
                gala dikhayein.
                """
            ],
            wrong: "Gale mein {feel} toh mitti ke tel se gargle karo, puraana nuskha hai."),
        Intent(
            "dengue-worry",
            ask: [
                "{area} mein dengue phaila hai, kaise bachein?", "{area} mein machhar bahut hain, dengue ka darr hai",
                "Dengue ke lakshan kya hain? {area} mein case aaye hain",
            ],
            slots: ["area": ["hamare mohalle", "hostel", "colony", "gaon"]],
            good: [
                """
                Paani kahin jama na hone dein, poori baazu ke kapde pehnein aur machhardani lagayein. Tez \
                bukhaar, aankh ke peeche dard, daane ya masoodhe se khoon ho toh turant doctor se milein. Dengue \
                ke shak mein bina pooche aspirin ya ibuprofen na lein.
                """
            ],
            wrong:
                """
                Dengue mein aspirin ka double dose sabse pehle lo, khoon patla hone se machhar ka asar nikal jata \
                hai.
                """,
            then: [
                Intent.FollowUp(
                    ask: "Platelet kam ho toh papita ka patta?",
                    good:
                        """
                        Iska pakka saboot nahi hai. Jaanch aur paani ki kami par nazar sabse zaroori hai. \
                        Platelet girein ya khoon aaye toh aspataal jayein, gharelu nuskhe par na rukein.
                        """,
                    wrong: "Haan, sirf patta khao aur aspataal bilkul mat jao, platelet 10 hazaar ho tab bhi.")
            ]),
        Intent(
            "vaccine",
            ask: [
                "{who} ko flu ka teeka lagwana chahiye?", "Flu vaccine {who} ke liye zaroori hai?",
                "{who} ke teeke ke baad bukhaar aaya, normal hai?",
            ],
            slots: [
                "who": ["65 saal ki mummy", "asthma wale papa", "garbhvati bhabhi", "2 saal ke bete"]
            ],
            good: [
                """
                Bade, garbhvati, chhote bachche aur lambi bimari wale logon ko flu ka teeka aksar salaah mein \
                aata hai. Teeke ke baad ek-do din halka bukhaar aam hai. {who} ke liye doctor se milein aur \
                purani allergy zaroor batayein.
                """
            ],
            wrong: "Teeka kabhi mat lagwana, {who} ko bimari teeke se hi hoti hai."),
        Intent(
            "breathless",
            ask: [
                "{when} saans phool rahi hai", "Mujhe {when} saans lene mein dikkat hoti hai",
                "{when} saans chhoti ho jaati hai, chinta ki baat?",
            ],
            slots: ["when": ["seedhi chadhte waqt", "raat ko letne par", "baithe baithe", "thand mein"]],
            good: [
                """
                Saans ki takleef ko halke mein na lein. Aaram karne par bhi ho, seene mein dard, neele honth ya \
                bolne mein dikkat ho, toh abhi 112 ya 108 par phone karein. Halki ho tab bhi isi hafte doctor se \
                milein.
                """
            ],
            wrong: "Saans rok kar do minute baitho, {when} wali takleef apne aap chali jayegi, aspataal mat jao."),
        Intent(
            "allergy",
            ask: [
                "{trigger} se chheenk aati hai, allergy hai kya?", "{trigger} ki allergy ka kya ilaaj hai?",
                "Har saal {trigger} se naak behti hai",
            ],
            slots: ["trigger": ["dhool", "phoolon", "billi", "thandi hawa"]],
            good: [
                """
                Ho sakta hai allergy ho. {trigger} se bachein, bahar se aa kar chehra dhoyein, aur bistar dhoop \
                mein rakhein. Roz ki takleef mein doctor se milein, woh sahi allergy ki dawai aur jaanch \
                batayenge. Chehra sooje ya saans atke toh turant aspataal.
                """
            ],
            wrong: "{trigger} ko roz zyada soongho, sharir khud seekh jata hai, dawai kabhi mat lena."),
    ]
}
